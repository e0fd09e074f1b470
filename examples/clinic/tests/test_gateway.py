"""The gateway of the clinic keeps the contract of every gateway."""

from __future__ import annotations

from clinic.gateway import ClinicGateway
from pydantic import SecretStr

from esozflow.adapters.testing.gateways import GatewayContract


class TestClinicGateway(GatewayContract):
    def gateway(self, base_url: str, client_secret: SecretStr | None) -> ClinicGateway:
        return ClinicGateway(base_url, client_secret)
