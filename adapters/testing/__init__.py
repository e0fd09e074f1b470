"""What tests of an embedder need: contract suites to subclass, and the fixtures of the pytest plugin.

Each suite holds the promises of one port, as tests: `stores.StoreContract`, `gateways.GatewayContract`,
`interfaces.UserInterfaceContract`, `signers.SignerContract`. Subclass it as `Test…`, and give it your adapter.
"""
