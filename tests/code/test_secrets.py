"""Files that may hold secrets."""

from __future__ import annotations

import pytest

from codequest.code.secrets import holds_secret, is_secret_name

# fmt: off
SECRETS = [
    ".envrc", ".env-prod", ".env_local", ".env.example", "env.local", "env.production", "prod.env", "app/.ENV",
    "terraform.tfstate", "terraform.tfstate.backup", "prod.tfvars", "prod.auto.tfvars.json", ".terraformrc",
    ".netrc", "_netrc", ".vault-token", ".vault_pass.txt", "vault-password", ".pgpass", "pgpass.conf", ".my.cnf",
    ".s3cfg", ".boto", "kubeconfig", "dev.kubeconfig", "kubeconfig.yaml", ".kube/config", ".aws/config",
    ".docker/config.json", ".npmrc", "secrets/api", "secrets/prod.yaml", "deploy/.secrets/token.txt",
    "Credentials/key.json", "service_account.json", "service-account-prod.json", "serviceaccount.json.bak",
    "my.service-account.json", "client_secret.json", "id_rsa", "id_rsa.old", "server.p8", "a.agekey",
    "secrets.json5", "secrets.enc.yaml", ".env~", "id_rsa~", "secrets.yaml.swp", ".npmrc.bak",
    ".zsh_history", "local.settings.json", "wp-config.php", "ring.gpg",
]
SOURCES = [
    "serviceaccounts_controller.go", "service_account_test.go", "ServiceAccountTokenProvider.java", "id_rsa.go",
    "book.asc", ".docker/Dockerfile", ".docker/nginx.conf", "secrets/manager.py", "secrets.py", "secrets/README.md",
    "env.local.ts", "environment.ts", "env.d.ts", "env.py", ".env.ts", "credentials/Makefile",
    "Credentials/View.swift", "passwords.rst", "src/kubeconfig/load.go", "service_account.proto", "secrets.html",
    "secrets/main.tf", "service_account.tf", "Secret.vue", "credentials.svelte", "keys.proto", "secrets.ipynb",
    "environment", "envelope.txt", "secretary.yaml", "wp-config-sample.php", "key.go", "history.json",
]
# fmt: on


@pytest.mark.parametrize("path", SECRETS)
def test_names_that_stand_for_secrets(path: str) -> None:
    assert is_secret_name(path)


@pytest.mark.parametrize("path", SOURCES)
def test_names_of_sources_and_documents(path: str) -> None:
    assert not is_secret_name(path)


KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("chain.txt.bak", CERTIFICATE + KEY),
        ("chain", CERTIFICATE + "-----BEGIN EC PRIVATE KEY-----\nx\n"),
        ("values.yaml", "tls:\n  key: |\n    " + KEY.replace("\n", "\n    ")),
        ("gcp.json", '{\n  "type": "service_account",\n  "project_id": "x"\n}'),
        ("gcp-key", '{"private_key" : "-----BEGIN"}'),
        ("oauth.json", '{"installed":{"client_secret":"GOCSPX-abcdef"}}'),
        ("cluster.yml", "users:\n- user:\n    client-key-data: LS0tLS1CRUdJTiBSU0E=\n"),
        ("login.json", '{"auths": {"registry": {"auth": "dXNlcjpwYXNz"}}}'),
        ("deploy.cfg", "aws_secret_access_key = " + "aB3/" * 10),
        ("registry.ini", "//registry.npmjs.org/:_authToken=npm_x\n"),
        ("putty", "PuTTY-User-Key-File-3: ssh-ed25519\n"),
        ("release.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"),
        ("README.md", f"# Setup\n\n```\n{KEY}```\n"),
    ],
)
def test_a_secret_inside_of_a_file_that_is_no_source_keeps_it_out(path: str, text: str) -> None:
    assert holds_secret(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("key_test.go", f"const key = `{KEY}`"),
        (
            "README.md",
            "It begins with `-----BEGIN PRIVATE KEY-----` and is never shown:\n\n-----BEGIN PRIVATE KEY-----\n…\n",
        ),
        ("book.asc", "= A book\n\nThe text.\n"),
        ("schema.json", '{"properties": {"client_secret": {"type": "string"}, "private_key": null}}'),
        ("deploy.yaml", "kind: ServiceAccount\naws_secret_access_key: ${SECRET}\n_authToken=${NPM_TOKEN}\n"),
        ("chain.txt", CERTIFICATE),
    ],
)
def test_what_only_speaks_of_secrets_is_read(path: str, text: str) -> None:
    assert not holds_secret(path, text)
