"""What the staff room refuses, and whom to ask."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.messages import N_


class BadPassword(InvalidInput):
    """A new password does not meet the policy; the subclasses say how."""

    code = "staff.bad_password"


class PasswordTooShort(BadPassword):
    """Fewer characters than the policy wants."""

    code = "staff.password_too_short"
    sentence = N_("The password has {length} characters; it needs at least {least}.")
    advice = N_("Use a sentence or several words that you remember; spaces and every letter are allowed.")


class PasswordTooLong(BadPassword):
    """More characters than are hashed."""

    code = "staff.password_too_long"
    sentence = N_("The password has {length} characters; at most {most} are allowed.")
    advice = N_("Use a shorter one; nothing is cut off unseen.")


class PasswordUntypeable(BadPassword):
    """It holds a control character, which a terminal would not send again."""

    code = "staff.password_untypeable"
    sentence = N_("The password holds a control character.")
    advice = N_("Use characters that can be typed; a password file ends at its first line break.")


class PasswordNamesContext(BadPassword):
    """It holds the user's, the company's or the register's name."""

    code = "staff.password_names_context"
    sentence = N_("The password holds the word “{word}”, which anyone would try first.")
    advice = N_("Leave out your user name, your own name, and the names of the company and the register.")


class PasswordCommon(BadPassword):
    """It is a common password, or one with digits, signs or repetition around it."""

    code = "staff.password_common"
    sentence = N_("The password is among the most common ones, or built from one.")
    advice = N_("Use several words that do not belong together; digits at the end do not help.")


class BadUserName(InvalidInput):
    """A user name that cannot be used."""

    code = "staff.bad_user_name"
    sentence = N_("The user name is not usable.")
    advice = N_("Use 2 to 40 letters, digits, dots, hyphens or underscores, beginning with a letter.")


class BadName(InvalidInput):
    """A person's name is missing or too long."""

    code = "staff.bad_name"
    sentence = N_("The member's own name is missing or longer than 120 characters.")
    advice = N_("Give the person's first and last name: an account belongs to one person.")


class NoRoles(InvalidInput):
    """A member without any role could do nothing."""

    code = "staff.no_roles"
    sentence = N_("A member of staff needs at least one role.")
    advice = N_("The roles are: {roles}.")


class UnknownLanguage(InvalidInput):
    """The interface does not speak it."""

    code = "staff.unknown_language"
    sentence = N_("The interface does not speak this language.")
    advice = N_("The languages are: {languages}.")


class UserNameTaken(Conflict):
    """Somebody has the user name, or one that differs only in case or accents."""

    code = "staff.user_name_taken"
    sentence = N_("The user name {user_name} is in use.")
    advice = N_("Accounts are personal: choose another name. Case and accents make no difference.")


class StaffNotFound(NotFound):
    """No such member of staff."""

    code = "staff.not_found"
    sentence = N_("There is no member of staff {who}.")
    advice = N_("List them with: rekisteri staff list")


class StaffExists(Refused):
    """The first administrator is made only when there is nobody."""

    code = "staff.exists"
    sentence = N_("The register already has staff.")
    advice = N_("An administrator adds new members: rekisteri staff add")


class LastAdministrator(Refused):
    """The register would be left without an administrator."""

    code = "staff.last_administrator"
    sentence = N_("{name} is the last administrator who can sign in.")
    advice = N_("Make somebody else an administrator first, with a confidentiality agreement in force.")


class BadAgreement(InvalidInput):
    """An agreement's dates or document are not as they should be."""

    code = "staff.bad_agreement"
    sentence = N_("The agreement's dates are not in order.")
    advice = N_(
        "It is signed today or earlier, begins on the day of signing or later, and ends after it begins."
    )


class AgreementWithoutDocument(InvalidInput):
    """Where the signed paper is was not said."""

    code = "staff.agreement_without_document"
    sentence = N_("The reference to the signed agreement is missing or longer than 200 characters.")
    advice = N_("Say where the signed document is kept, for example: folder 3, page 12.")


class AdministratorPresent(Refused):
    """The way in for a register without a working administrator is shut while there is one."""

    code = "staff.administrator_present"
    sentence = N_("An administrator can still sign in: {administrators}.")
    advice = N_("Ask them to record the agreement: rekisteri staff agreement record")


class RecoveryReasonMissing(InvalidInput):
    """A password was to be recovered on the machine without saying why."""

    code = "staff.recovery_reason_missing"
    sentence = N_("The reason is missing or longer than 200 characters.")
    advice = N_("Say who asked and why nobody else can set the password; it stands in the account's history.")


class NoAgreementRecorded(NotFound):
    """There is no agreement in force to end."""

    code = "staff.no_agreement_recorded"
    sentence = N_("{name} has no confidentiality agreement in force.")
    advice = N_("See what is recorded with: rekisteri staff agreement list")


class SignInRefused(Refused):
    """The root of what keeps a person from signing in."""

    code = "staff.sign_in_refused"


class WrongCredentials(SignInRefused):
    """The user name or the password is wrong; which of the two is not said."""

    code = "staff.wrong_credentials"
    sentence = N_("The user name or the password is wrong.")
    advice = N_("Try again. If you have forgotten the password, ask an administrator for a new one.")


class WrongPresentPassword(WrongCredentials):
    """The password of who is signed in was asked again, and was wrong."""

    code = "staff.wrong_present_password"
    sentence = N_("The present password is wrong.")
    advice = N_("Type it again. Wrong attempts count as failed sign-ins and are on record.")


class SignInDelayed(SignInRefused):
    """Too soon after failures; nothing was checked."""

    code = "staff.sign_in_delayed"
    sentence = N_("After failed attempts, sign-in waits for {seconds} s more. The password was not checked.")
    advice = N_(
        "Wait and try again; the account is not locked. If the attempts were not yours, tell an administrator."
    )


class AccountDisabled(SignInRefused):
    """The account has been disabled."""

    code = "staff.account_disabled"
    sentence = N_("This account has been disabled.")
    advice = N_("If that is a mistake, ask an administrator: {administrators}.")


class NoAgreement(SignInRefused):
    """No confidentiality agreement is in force today (P13)."""

    code = "staff.no_agreement"
    sentence = N_("You have no signed confidentiality agreement in force today, so you cannot sign in.")
    advice = N_("Sign one and ask an administrator to record it: {administrators}.")


class KeyNotAccepted(SignInRefused):
    """The SSH key is revoked, or belongs to somebody else."""

    code = "staff.key_not_accepted"
    sentence = N_("This SSH key is not in use.")
    advice = N_("Ask an administrator to add your new key: {administrators}.")


class KeyOfAnother(SignInRefused):
    """Who came in with one person's SSH key wants to sign in as somebody else."""

    code = "staff.key_of_another"
    sentence = N_("This connection's SSH key belongs to {user_name}; nobody else can sign in over it.")
    advice = N_("Sign in as {user_name}, or connect with your own key.")


class SessionEnded(Refused):
    """The session is over; `reason` is a word of `core.staff.sessions.EndReason`."""

    code = "staff.session_ended"
    sentence = N_("Your session has ended.")
    advice = N_("Sign in again.")


class SessionLocked(Refused):
    """Nobody touched the session for the idle limit; the password opens it again."""

    code = "staff.session_locked"
    sentence = N_("The session is locked because nobody used it for a while.")
    advice = N_("Give your password to go on where you were.")


class TaskMissing(InvalidInput):
    """Somebody's record was to be opened without saying for what."""

    code = "staff.task_missing"
    sentence = N_("The task that this is done for is missing or longer than 200 characters.")
    advice = N_("Say in a few words what it is for; the person may ask who looked at the data and why.")


class BadKey(InvalidInput):
    """A public key line that cannot be used; the subclasses say how."""

    code = "staff.bad_key"
    sentence = N_("This is not a public SSH key on one line.")
    advice = N_(
        "Give the line of the .pub file as it is: type, key, comment. Make one with: ssh-keygen -t ed25519"
    )


class PrivateKeyGiven(BadKey):
    """The secret half was given."""

    code = "staff.private_key_given"
    sentence = N_("This is a private key. It was not stored.")
    advice = N_(
        "Consider it known to others: make a new pair with ssh-keygen -t ed25519 and give the .pub file."
    )


class KeyHasOptions(BadKey):
    """The line begins with options, which would act before the register's own."""

    code = "staff.key_has_options"
    sentence = N_("The line has options in front of the key.")
    advice = N_("Give only type, key and comment: the register writes the options itself.")


class KeyTooWeak(BadKey):
    """RSA below 3072 bits, DSA, or a type that is not accepted."""

    code = "staff.key_too_weak"
    sentence = N_("Keys of this kind are not accepted: {kind}.")
    advice = N_("Use Ed25519, ECDSA, their hardware (sk) forms, or RSA of at least 3072 bits.")


class KeyInUse(Conflict):
    """The key is known already: in use, or revoked, and then for good."""

    code = "staff.key_in_use"
    sentence = N_("This key is already known (it belongs to {user_name}).")
    advice = N_(
        "Each person and device has a key of its own, and a revoked key is not taken back: make a new one."
    )


class KeyNotFound(NotFound):
    """No such key in use."""

    code = "staff.key_not_found"
    sentence = N_("There is no SSH key {key} in use.")
    advice = N_("List them with: rekisteri ssh-key list")


class SessionExpired(SessionEnded):
    """The absolute end of a session."""

    code = "staff.session_expired"
    sentence = N_("Your session has ended: it reached its longest time.")


class SessionOfDisabledAccount(SessionEnded):
    """The account was disabled while the session was open."""

    code = "staff.session_of_disabled_account"
    sentence = N_("Your session has ended: the account was disabled.")
    advice = N_("If that is a mistake, ask an administrator.")


class SessionWithoutAgreement(SessionEnded):
    """The confidentiality agreement ended while the session was open."""

    code = "staff.session_without_agreement"
    sentence = N_("Your session has ended: your confidentiality agreement is no longer in force.")
    advice = N_("Sign a new one and ask an administrator to record it.")


class SessionPasswordChanged(SessionEnded):
    """The password was changed elsewhere."""

    code = "staff.session_password_changed"
    sentence = N_("Your session has ended: your password was changed.")
    advice = N_("Sign in with the new one. If you did not change it, tell an administrator at once.")


class SessionKeyRevoked(SessionEnded):
    """The SSH key that the session came in with was revoked."""

    code = "staff.session_key_revoked"
    sentence = N_("Your session has ended: your SSH key was revoked.")
    advice = N_("Ask an administrator to add your new key.")
