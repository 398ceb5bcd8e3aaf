"""What went wrong on the way to an endpoint and back, in the words of an operator.

May import aiohttp and ``llm.faults``.
"""

from __future__ import annotations

import os
import ssl

import aiohttp

from codeiod.llm.faults import FaultKind, TransportFault


def transport_fault(error: aiohttp.ClientError, late: TransportFault) -> TransportFault:
    match error:
        case aiohttp.ClientSSLError():
            return TransportFault(FaultKind.TLS, f"TLS failed: {_reason(error)}")
        case aiohttp.ClientConnectorDNSError():
            return TransportFault(FaultKind.UNREACHABLE, f"unknown host: {_reason(error)}")
        case aiohttp.ClientConnectorError():
            return TransportFault(FaultKind.UNREACHABLE, f"no connection: {_reason(error)}")
        case aiohttp.ConnectionTimeoutError():
            return TransportFault(FaultKind.UNREACHABLE, "no connection in time")
        case TimeoutError():
            return late
        case aiohttp.ClientConnectionError():
            return TransportFault(FaultKind.RESET, "the connection was cut", maybe_paid=True)
        case aiohttp.ClientPayloadError():
            return TransportFault(FaultKind.RESET, "the answer was cut off", maybe_paid=True)
        case _:
            message = f"no HTTP: {type(error).__name__}"
            return TransportFault(FaultKind.GARBAGE, message, maybe_paid=True)


def _reason(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause: Exception = error.certificate_error
    else:
        cause = error.os_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, ssl.SSLError):
        return cause.reason or str(cause)
    if isinstance(cause, OSError) and cause.errno is not None and cause.errno > 0:
        return os.strerror(cause.errno)
    return str(getattr(cause, "strerror", None) or cause) or type(cause).__name__
