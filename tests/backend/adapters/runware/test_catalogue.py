"""Every code that Runware's documents and clients name, and what a visitor is told of it."""

import pytest

from backend.adapters.runware.refusals import to_error
from backend.adapters.runware.replies import Refusal
from backend.domain.errors import (
    GenerationFailed,
    InsufficientCredit,
    PlaygroundError,
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
)

CODES: dict[type[PlaygroundError], str] = {
    ProviderRefused: """
        invalidModel invalidSteps invalidWidth invalidHeight invalidPixels invalidPositivePrompt invalidParameter
        invalidPositivePromptLength invalidTaskUUID unsupportedParameter unsupportedTaskType unsupportedDimensions
        valueTooLarge arrayTooSmall unknownParameter incompatibleParameters missingDimensionParameters maxLength
        duplicateTaskUUID invalidApiKey missingApiKey unauthorized forbidden permissionDenied insufficientPermissions
        authenticationFailed tokenExpired tokenInvalid tokenMissing tokenRevoked accountSuspended organizationDisabled
        workspaceSuspended contentPolicyViolation providerContentPolicyViolation sensitiveContentDetected
        unsafeContentDetected nsfwContentDetected promptBlocked imageBlocked moderationFailed invalidProviderContent
    """,
    InsufficientCredit: """
        insufficientCredits thirdPartyInsufficientCredits videoInferenceInsufficientCredits accountQuotaExceeded
        insufficientBalance paymentRequired environmentPaused
    """,
    ProviderBusy: """
        rateLimitExceeded inferenceRateLimitExceeded providerRateLimitExceeded noAvailableServer modelUnavailable
        modelNotReady serviceUnavailable serverUnavailable
    """,
    ProviderTimeout: "timeout timeoutProvider providerTimeout inferenceTimeout",
    GenerationFailed: """
        inferenceError processingFailed taskFailed downloadFailed uploadFailed providerError modelDisabled taskCancelled
        mediaStorageFileCouldNotBeMoved internalServerError standardError unknownError unrecognizedResponse
        taskNotFound modelNotFound imageExpired taskFailedOrNotFound modelOwnershipError
    """,
}
CASES = [(code, kind) for kind, codes in CODES.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "kind"), CASES)
def test_each_code_has_its_kind_bills_nothing_and_is_quoted(code: str, kind: type[PlaygroundError]) -> None:
    error = to_error(Refusal(code=code, message="Runware's own words."), status=418, key=None)
    assert type(error) is kind
    assert error.billed == "no"
    assert "Runware's own words" in str(error)
    assert error.details["code"] == code


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ProviderRefused),
        (401, ProviderRefused),
        (402, InsufficientCredit),
        (403, ProviderRefused),
        (404, GenerationFailed),
        (408, ProviderTimeout),
        (413, ProviderRefused),
        (429, ProviderBusy),
        (500, GenerationFailed),
        (503, ProviderBusy),
        (504, ProviderBusy),
    ],
)
def test_a_code_that_nobody_knows_is_told_by_its_status(status: int, kind: type[PlaygroundError]) -> None:
    assert type(to_error(Refusal(code="brandNew"), status=status, key=None)) is kind
