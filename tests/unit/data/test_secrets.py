import orjson
import pytest

from pipeline.data.secrets import DETECTORS, find_secrets, may_hold_secret, suspicious_lines

LETTERS = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8"
# Made up, one of each kind; put together here so that no scanner takes this file for a leak.
SECRETS = {
    "AWS Access Key": "AKIA" + "QWERTYUIOPASDFGH",
    "Azure Storage Account access key": "AccountKey=" + (LETTERS * 4)[:86] + "==",
    "Basic Auth Credentials": "https://harbour:" + "tide7pass" + "@db.internal/berths",
    "GitHub Token": "ghp" + "_" + (LETTERS * 2)[:36],
    "GitLab Token": "glpat" + "-" + LETTERS[:20],
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJoYXJib3VyIn0." + LETTERS,
    "Mailchimp Access Key": "0123456789abcdef" * 2 + "-us5",
    "NPM tokens": "//registry.internal/:_authToken=" + "npm_" + LETTERS,
    "OpenAI Token": "sk-" + LETTERS[:20] + "T3Blbk" + "FJ" + LETTERS[:20],
    "Private Key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "PyPI Token": "pypi-AgEIcHlwaS5vcmc" + (LETTERS * 3)[:75],
    "SendGrid API Key": "SG." + LETTERS[:22] + "." + (LETTERS * 2)[:43],
    "Slack Token": "xoxb-" + "123456789012-" + LETTERS.lower(),
    "Square OAuth Secret": "sq0csp-" + (LETTERS * 2)[:43],
    "Stripe Access Key": "sk_live" + "_" + LETTERS[:24],
    "Twilio API Key": "SK" + "0123456789abcdef" * 2,
}


def line_of(text):
    return orjson.dumps({"messages": [{"role": "user", "content": text}]})


def test_there_is_a_secret_for_every_detector():
    assert len(SECRETS) == len(DETECTORS)


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("around", ["{}", "key = '{}'\nprint(key)", "(see {}, it is new)"])
def test_a_secret_is_found_and_the_quick_look_lets_its_row_pass(kind, around):
    text = around.format(SECRETS[kind])
    assert kind in {secret.kind for secret in find_secrets(text)}
    content = line_of("nothing here") + b"\n" + line_of(text) + b"\n" + line_of("nor here") + b"\n"
    lines = content.split(b"\n")[:-1]
    suspicious = suspicious_lines(content)
    passed = [
        number
        for number, line in enumerate(lines)
        if may_hold_secret(line, suspicious=number in suspicious)
    ]
    assert passed == [1]


def test_the_slack_webhook_is_found():
    text = "https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/" + LETTERS[:24]
    assert may_hold_secret(line_of(text), suspicious=False)
    assert [secret.kind for secret in find_secrets(text)] == ["Slack Token"]


def test_ordinary_code_is_let_go():
    line = line_of("result = find_references_of_symbol_in_workspace('src/harbour/lock_42.py')")
    assert suspicious_lines(line + b"\n") == frozenset()
    assert not may_hold_secret(line, suspicious=False)


def test_nothing_of_a_secret_but_its_first_characters_is_shown():
    text = f"The key {SECRETS['GitHub Token']} is new."
    (secret,) = find_secrets(text)
    hidden, start, end = secret.hidden_in(text)
    assert hidden == "The key ghp_\u2026 (40 characters) is new."
    assert hidden[start:end] == "ghp_\u2026 (40 characters)"
