"""Every refusal that the server can give, as one tree of RFC 9457 problems.

    Problem
    ├── MalformedJson 400              ├── CustomerMissing 409
    ├── InvalidRequest 400             ├── SubscriptionMissing 409
    ├── AuthenticationRequired 401     ├── PaymentMethodNotAttached 409
    ├── InvalidToken 401               ├── DefaultPaymentMethodMissing 409
    ├── TokenExpired 401               ├── ProviderRefused 409
    ├── InactiveAccount 401            ├── BodyTooLarge 413
    ├── CardRefused 402 (many codes)   ├── UnsupportedMediaType 415
    ├── OrganizationRequired 403       ├── InternalError 500
    ├── OrganizationForbidden 403      ├── ContractBreach 500
    ├── NotFound 404                   ├── PaymentOutcomeUnknown 502
    ├── OrganizationNotFound 404       ├── SubscriptionNotUpdated 502
    ├── PaymentMethodNotFound 404      ├── ProviderMisconfigured 502
    ├── MethodNotAllowed 405           ├── ProviderInvalidResponse 502
    ├── NotAcceptable 406              ├── ProviderNotSimulated 502
    ├── RequestTimeout 408             ├── ProviderUnavailable 503
    ├── OwnProblem: as the contract declares it
    └── SurfaceProblem: of what no contract documents
        ├── ControlOff 403             ├── HostNotAllowed 421
        ├── ControlTokenRequired 403   ├── NotReady 503
        ├── OriginNotAllowed 403       ├── TooManyFollowers 503
        ├── OperationNotServed 501     └── MalformedForm 400

Each class fixes `status`, `title` and `error_code`; its raiser gives the `detail` and, where the
class has them, further members. A class's docstring is what its page at `type` says.
"""

from tollbridge.problems.catalogue import (
    Entry,
    catalogue,
)
from tollbridge.problems.own import OwnProblem
from tollbridge.problems.problem import (
    PAGES,
    Problem,
)
from tollbridge.problems.provider import (
    CARD_TITLES,
    CardRefused,
    DefaultPaymentMethodMissing,
    PaymentMethodNotAttached,
    PaymentOutcomeUnknown,
    ProviderInvalidResponse,
    ProviderMisconfigured,
    ProviderNotSimulated,
    ProviderRefused,
    ProviderUnavailable,
    SubscriptionNotUpdated,
)
from tollbridge.problems.request import (
    AuthenticationRequired,
    BodyTooLarge,
    ContractBreach,
    CustomerMissing,
    InactiveAccount,
    InternalError,
    InvalidRequest,
    InvalidToken,
    MalformedJson,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    OrganizationForbidden,
    OrganizationNotFound,
    OrganizationRequired,
    PaymentMethodNotFound,
    RequestTimeout,
    SubscriptionMissing,
    TokenExpired,
    UnsupportedMediaType,
)
from tollbridge.problems.surface import (
    ControlOff,
    ControlTokenRequired,
    HostNotAllowed,
    MalformedForm,
    NotReady,
    OperationNotServed,
    OriginNotAllowed,
    SurfaceProblem,
    TooManyFollowers,
)

__all__ = [
    "CARD_TITLES",
    "PAGES",
    "AuthenticationRequired",
    "BodyTooLarge",
    "CardRefused",
    "ContractBreach",
    "ControlOff",
    "ControlTokenRequired",
    "CustomerMissing",
    "DefaultPaymentMethodMissing",
    "Entry",
    "HostNotAllowed",
    "InactiveAccount",
    "InternalError",
    "InvalidRequest",
    "InvalidToken",
    "MalformedForm",
    "MalformedJson",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "NotReady",
    "OperationNotServed",
    "OrganizationForbidden",
    "OrganizationNotFound",
    "OrganizationRequired",
    "OriginNotAllowed",
    "OwnProblem",
    "PaymentMethodNotAttached",
    "PaymentMethodNotFound",
    "PaymentOutcomeUnknown",
    "Problem",
    "ProviderInvalidResponse",
    "ProviderMisconfigured",
    "ProviderNotSimulated",
    "ProviderRefused",
    "ProviderUnavailable",
    "RequestTimeout",
    "SubscriptionMissing",
    "SubscriptionNotUpdated",
    "SurfaceProblem",
    "TokenExpired",
    "TooManyFollowers",
    "UnsupportedMediaType",
    "catalogue",
]
