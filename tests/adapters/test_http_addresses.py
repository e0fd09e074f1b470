"""Which addresses the gateway takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from esozflow.adapters.http import HttpGateway, UnusableAddress, UnusableCaBundle

from .gateway_calls import gateway


@pytest.mark.parametrize(
    "url",
    [
        "http://auth.example.ua",
        "http://127.0.0.2",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://0.0.0.0",
        "ftp://auth.example.ua",
        "auth.example.ua",
        "//auth.example.ua",
        "https://",
        "https://user@auth.example.ua",
        "https://user:password@auth.example.ua",
        "https://auth.example.ua?x=1",
        "https://auth.example.ua?",
        "https://auth.example.ua/#",
        "https://auth.example.ua#x",
        "https://auth.example.ua:99999",
        "https://auth.example.ua:0",
        "https://auth.example.ua:x",
        "https://auth.example.ua/../x",
        "https://auth.example.ua/a b",
        "https://auth.exa\tmple.ua",
        "https://ok.example\\@evil.example/",
        "https://їжак.ua",
        "https://[::1",
        "",
        " https://auth.example.ua",
    ],
)
def test_an_unsafe_base_url_is_refused(url: str) -> None:
    for name, other in (("auth_base_url", "api_base_url"), ("api_base_url", "auth_base_url")):
        urls = {name: url, other: "https://fine.example"}
        with pytest.raises(UnusableAddress, match=name) as caught:
            HttpGateway(**urls)  # type: ignore[arg-type]
        assert "password" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://auth.example.ua", "https://auth.example.ua:8443/base/", "http://127.0.0.1:8080", "http://[::1]:1",
     "http://localhost"],
)  # fmt: skip
def test_https_and_plain_http_to_this_machine_are_taken(url: str) -> None:
    gateway(url).close()


def test_a_proxy_must_be_plain_http_itself() -> None:
    for proxies in ({"https": "socks5://p:1"}, {"https": "https://p:1"}, {"all": "http://p:1"}, {"https": ""}):
        with pytest.raises(UnusableAddress):
            gateway("https://a.example", proxies=proxies)


def test_the_password_of_a_proxy_is_not_in_the_error() -> None:
    with pytest.raises(UnusableAddress) as caught:
        gateway("https://a.example", proxies={"https": "https://user:canary@p"})
    assert "canary" not in f"{caught.value} {caught.value!r}"


def test_a_ca_bundle_must_be_readable(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    for path in (tmp_path / "absent.pem", tmp_path / "bad.pem", tmp_path):
        with pytest.raises(UnusableCaBundle):
            gateway("https://a.example", ca_bundle=path)
