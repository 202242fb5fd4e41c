"""What a member of a log entry may be: codes, counts, times and digests, each with a pattern that no name fits in."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

LARGEST_INTEGER: Final = 2**53 - 1

Code = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,39}\Z")]
FaultCode = Annotated[str, Meta(pattern=r"\A[a-z]{1,20}\.[a-z_]{1,40}\Z")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
KeyId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32,64}\Z")]
Milliseconds = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]
Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Size = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]
Version = Annotated[str, Meta(pattern=r"\A(?:[0-9][0-9a-z.+-]{0,63}|[0-9a-f]{8,64})\Z")]
Uuid7 = Annotated[
    str, Meta(pattern=r"\A[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
]
Country = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
Origin = Annotated[str, Meta(pattern=r"\A[!-*,-~]{1,255}\Z")]
VerificationKey = Annotated[
    str, Meta(pattern=r"\A[!-*,-~]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{2,64}={0,2}\Z", max_length=400)
]
State = Annotated[str, Meta(pattern=r"\A(?:delivered|refused|not_sent|in_doubt|partial)\Z")]
SettledBy = Annotated[str, Meta(pattern=r"\A(?:answer|inquiry|person|recovery)\Z")]
Decision = Annotated[str, Meta(pattern=r"\A(?:approved|refused)\Z")]
Reading = Annotated[str, Meta(pattern=r"\A(?:open|list|search|print)\Z")]
ShredReason = Annotated[str, Meta(pattern=r"\A(?:erasure|retention|rotation)\Z")]
KeyEvent = Annotated[str, Meta(pattern=r"\A(?:begun|ended)\Z")]
KeyReason = Annotated[str, Meta(pattern=r"\A(?:rotation|compromise)\Z")]
Channel = Annotated[str, Meta(pattern=r"\A(?:mail|page|directory)\Z")]
Source = Annotated[str, Meta(pattern=r"\A(?:mirror|export)\Z")]
Verdict = Annotated[str, Meta(pattern=r"\A(?:accepted|findings)\Z")]
