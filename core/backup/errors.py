"""What backups refuse, with the place."""

from __future__ import annotations

from core.errors import ConfigError, Fault, InvalidInput, Refused
from core.messages import N_


class NoBackupKey(ConfigError):
    """Nobody is named to whom backups are encrypted."""

    code = "backup.no_recipient"
    sentence = N_("The configuration does not say for which key backups are encrypted.")
    advice = N_("Make one: rekisteri backup key FILE. Write the line that it prints into backup.recipients.")


class BadRecipient(ConfigError):
    """A line of ``backup.recipients`` is no public key."""

    code = "backup.bad_recipient"
    sentence = N_("“{recipient}” in backup.recipients is not a public key of age.")
    advice = N_("It begins with age1; rekisteri backup key prints it when the key is made.")


class BadBackupKey(ConfigError):
    """The file does not hold a backup key."""

    code = "backup.bad_key"
    sentence = N_("The file {path} does not hold a backup key.")
    advice = N_(
        "It has a line that begins with AGE-SECRET-KEY-1. Restore it from where backup keys are kept."
    )


class KeyLocked(ConfigError):
    """The backup key is under a passphrase, and that was not given or is another."""

    code = "backup.key_locked"
    sentence = N_("The backup key {path} is protected by a passphrase, and this one does not open it.")
    advice = N_("Give the file that holds it: --passphrase-file FILE.")


class KeyNotNamed(ConfigError):
    """Nobody says where the secret half is."""

    code = "backup.key_not_named"
    sentence = N_("It is not said which key opens the backup.")
    advice = N_("Give it: --key FILE, or name it in backup.key_file.")


class BackupUnreadable(InvalidInput):
    """The file cannot be read or written."""

    code = "backup.unreadable"
    sentence = N_("The backup {path} cannot be read or written: {reason}.")
    advice = N_("Nothing was changed.")


class NotABackup(InvalidInput):
    """The file is something else."""

    code = "backup.not_one"
    sentence = N_("{path} is not a backup of this program: {detail}.")
    advice = N_("Nothing was changed. Give a file that rekisteri backup create made.")


class OtherKey(InvalidInput):
    """No key opens it."""

    code = "backup.other_key"
    sentence = N_(
        "The backup {path} does not open with this key: it was made for another, or its first lines were changed."
    )
    advice = N_("Give the key that it was made for: --key FILE.")


class Damaged(InvalidInput):
    """A byte was changed, or something is missing, or stands in another order."""

    code = "backup.damaged"
    sentence = N_("The backup {path} is damaged or cut off at byte {place} of {size}.")
    advice = N_("Nothing was changed. Take another copy of it, or an older backup.")


class Forged(InvalidInput):
    """It opens, but this register's master key did not make it."""

    code = "backup.forged"
    sentence = N_("The backup {path} was not made with this register's master key.")
    advice = N_(
        "It was made under master key {made}, the present one is {present}. Restore the key that belongs to it, from "
        "its own backup."
    )


class Miscounted(Fault):
    """The rows are not those that the end of the file counts."""

    code = "backup.miscounted"
    sentence = N_("The backup {path} has {found} rows of {table}, but says that it has {wanted}.")
    advice = N_("Nothing was changed. Take an older backup, and keep this one to find out why.")


class LogInsideBroken(Fault):
    """The disclosure log in the backup does not verify."""

    code = "backup.log_broken"
    sentence = N_("The disclosure log inside the backup does not verify: {problem}")
    advice = N_("Nothing was changed. Take an older backup, and keep this one to find out why.")


class KeyBeingChanged(Refused):
    """Some keys are wrapped under the next master key already."""

    code = "backup.key_being_changed"
    sentence = N_("The master key is being changed; a backup made now could soon be opened by nobody.")
    advice = N_("Finish the change first: rekisteri keys rotate.")


class NewerBackup(Refused):
    """Made by a newer program."""

    code = "backup.newer"
    sentence = N_("The backup has the shape of version {found}; this program knows up to {wanted}.")
    advice = N_("Install the program that made it, or a newer one.")


class NotEmpty(Refused):
    """There is something in the database already."""

    code = "backup.not_empty"
    sentence = N_("A backup is restored into an empty database only, and there is something in this one.")
    advice = N_("Move the old database aside (docs/backup.md, Restoring); nothing was changed.")


class FenceMissing(Refused):
    """Who was erased since the backup is not known."""

    code = "backup.fence_missing"
    sentence = N_("The erasure fence {path} is not there: who was erased since the backup cannot be known.")
    advice = N_(
        "Restore it from its newest backup. If it is lost for good: --fence-lost, and people may come back."
    )
