"""Which settings a run has, and how every error in them is told (C2, C3)."""

from pathlib import Path

import pytest

from eims_sim.config import Config, load_config
from eims_sim.config.lines import key_lines, nearest_line
from eims_sim.domain.delays import Fixed, Uniform
from eims_sim.errors import ConfigurationError
from eims_sim.protocol.notation import UNIT, read_rfc3339

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
WORLDS = [
    ROOT / "fixtures" / "document.toml",
    ROOT / "fixtures" / "load.toml",
    ROOT / "eims_sim" / "data" / "demo.toml",
]


def inline(text: str) -> Config:
    return load_config(None, {"EIMS_SIM_CONFIG": f"{text}\n"}, {})


def problems(text: str = "\n", options: dict[str, object] | None = None, **variables: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_config(None, {"EIMS_SIM_CONFIG": f"{text}\n", **variables}, options or {})
    return [problem.removeprefix("EIMS_SIM_CONFIG:") for problem in caught.value.problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sim.toml"
    path.write_text("[server]\nport = 1\n", encoding="utf-8")
    return path


class TestPrecedence:
    """Option, environment, file, default (C2)."""

    @pytest.mark.parametrize(
        ("options", "variables", "port"),
        [
            ({"port": 3}, {"EIMS_SIM_PORT": "2"}, 3),
            ({"port": None}, {"EIMS_SIM_PORT": "2"}, 2),
            ({}, {}, 1),
        ],
    )
    def test_the_strongest_source_that_has_a_key_wins(self, file, options, variables, port):
        config = load_config(file, variables, options)

        assert config.server.port == port

    def test_a_key_that_no_source_has_is_the_default(self, file):
        config = load_config(file, {}, {})

        assert (config.server.host, config.server.timezone) == ("127.0.0.1", "Asia/Shanghai")

    def test_a_layer_replaces_keys_and_not_whole_tables(self, file):
        config = load_config(file, {"EIMS_SIM_HOST": "::1"}, {"seed": 7})

        assert (config.server.host, config.server.port, config.server.seed) == ("::1", 1, 7)

    def test_the_file_named_by_an_option_wins_over_that_of_the_environment(self, file):
        config = load_config(str(file), {"EIMS_SIM_CONFIG": "[server]\nport = 9\n"}, {})

        assert config.server.port == 1

    def test_a_source_is_refused_for_its_errors_even_where_another_one_wins(self):
        found = problems('[server]\nport = "x"', options={"port": 0}, EIMS_SIM_PORT="y")

        assert found == [
            '2: server.port: must be a whole number (found "x"), such as 20003',
            'environment EIMS_SIM_PORT: server.port: must be a whole number (found "y"), such as 20003',
        ]


class TestEnvironment:
    """Every key of [server], [lifecycle] and [push] has a variable (C2)."""

    @pytest.mark.parametrize(
        ("variable", "text", "read"),
        [
            ("EIMS_SIM_HOST", "10.0.0.1", lambda c: c.server.host == "10.0.0.1"),
            ("EIMS_SIM_ADMIN_TOKEN", "12", lambda c: c.server.admin_token == "12"),
            ("EIMS_SIM_SYNCHRONOUS", "full", lambda c: c.server.synchronous == "full"),
            ("EIMS_SIM_PORT", "8080", lambda c: c.server.port == 8080),
            ("EIMS_SIM_SCALE", "0.5", lambda c: c.server.scale == 0.5),
            ("EIMS_SIM_STRICT", "Yes", lambda c: c.server.strict is True),
            ("EIMS_SIM_MAGIC_NUMBERS", "0", lambda c: c.server.magic_numbers is False),
            ("EIMS_SIM_SENSITIVE_WORDS", "a, b c,", lambda c: c.server.sensitive_words == ("a", "b c")),
            ("EIMS_SIM_SENSITIVE_WORDS", '["a,b"]', lambda c: c.server.sensitive_words == ("a,b",)),
            ("EIMS_SIM_ALLOWED_HOSTS", "", lambda c: c.server.allowed_hosts == ()),
            ("EIMS_SIM_LIFECYCLE_UNSENT_SECONDS", "2", lambda c: c.lifecycle.unsent_seconds == Fixed(2)),
            (
                "EIMS_SIM_LIFECYCLE_SENDING_SECONDS",
                "{uniform = [1, 2]}",
                lambda c: c.lifecycle.sending_seconds == Uniform(1, 2),
            ),
            ("EIMS_SIM_PUSH_ATTEMPTS", "3", lambda c: c.push.attempts == 3),
        ],
    )
    def test_a_variable_is_read_in_the_type_of_its_key(self, variable, text, read):
        config = load_config(None, {variable: text}, {})

        assert read(config)

    def test_a_variable_of_the_wrong_type_is_refused_by_its_name(self):
        found = problems(EIMS_SIM_STRICT="maybe", EIMS_SIM_PUSH_ATTEMPTS="0", EIMS_SIM_TRUSTED_PROXIES="::1, x")

        assert found == [
            'environment EIMS_SIM_STRICT: server.strict: must be true or false (found "maybe")',
            (
                'environment EIMS_SIM_TRUSTED_PROXIES: server.trusted_proxies[1]: is not valid (found "x"), '
                "an address or network such as 10.0.0.0/8 or 2001:db8::/32"
            ),
            "environment EIMS_SIM_PUSH_ATTEMPTS: push.attempts: must be greater than or equal to 1 (found 0)",
        ]

    @pytest.mark.parametrize("text", ["1\nseed = 2", "007", "[", "{"])
    def test_a_text_that_is_more_or_less_than_one_value_is_refused(self, text):
        (found,) = problems(EIMS_SIM_PORT=text)

        assert found.startswith("environment EIMS_SIM_PORT: server.port: must be a whole number (found ")

    def test_bytes_that_are_not_utf8_are_refused(self):
        found = problems(EIMS_SIM_DATABASE="a\udcff.db")

        assert found == [
            (
                "environment EIMS_SIM_DATABASE: server.database: must be a string (found bytes that are not UTF-8), "
                'such as "eims-sim.db"'
            )
        ]

    def test_what_kubernetes_injects_is_ignored(self):
        injected = {
            "EIMS_SIM_PORT": "tcp://10.0.0.1:20003",
            "EIMS_SIM_CONFIG": "tcp://10.0.0.1:1",
            "EIMS_SIM_SERVICE_HOST": "10.0.0.1",
            "EIMS_SIM_PORT_20003_TCP": "tcp://10.0.0.1:20003",
        }

        config = load_config(None, injected, {})

        assert (config.server.port, config.builtin_demo) == (20003, True)


class TestSource:
    """A file, the text in EIMS_SIM_CONFIG, or the built-in demo (C2, C3)."""

    def test_a_file_is_remembered_as_the_source(self, file):
        config = load_config(file, {}, {})

        assert (config.source, config.builtin_demo) == (file, False)

    @pytest.mark.parametrize("text", ["[server]\nport = 9\n", "server = {port = 9}", "server.port=9"])
    def test_the_environment_may_hold_the_text_itself(self, text):
        config = load_config(None, {"EIMS_SIM_CONFIG": text}, {})

        assert (config.server.port, config.source, config.builtin_demo) == (9, None, False)

    def test_the_environment_may_hold_the_path(self, file):
        config = load_config(None, {"EIMS_SIM_CONFIG": str(file)}, {})

        assert (config.server.port, config.source) == (1, file)

    def test_a_path_that_looks_like_toml_is_a_path_when_it_exists(self, file):
        odd = file.rename(file.with_name("[a]=b.toml"))

        config = load_config(None, {"EIMS_SIM_CONFIG": str(odd)}, {})

        assert config.source == odd

    def test_a_text_too_long_for_a_path_is_a_text(self):
        text = f"server = {{sensitive_words = {['word'] * 1000}}}"

        config = load_config(None, {"EIMS_SIM_CONFIG": text}, {})

        assert len(config.server.sensitive_words) == 1000

    def test_without_either_the_built_in_demo_is_served(self):
        config = load_config(None, {"EIMS_SIM_CONFIG": ""}, {})

        assert (config.source, config.builtin_demo) == (None, True)

    def test_the_demo_has_the_accounts_that_are_promised(self):
        accounts = {account.account: account for account in load_config(None, {}, {}).accounts}

        assert list(accounts) == ["demo", "demo-md5", "locked", "poor", "office-only", "templated"]
        assert {account.password for account in accounts.values()} == {"demo123"}
        assert (accounts["demo"].balance, accounts["demo"].gift) == (1000 * UNIT, 50 * UNIT)
        assert (accounts["demo"].numbers, accounts["demo"].sensitive_words) == (("123456",), ("forbidden",))
        assert (accounts["demo-md5"].auth, accounts["demo-md5"].key) == ("md5", "demokey")
        assert accounts["locked"].locked
        assert accounts["poor"].balance + accounts["poor"].gift == 0
        assert accounts["office-only"].allowed_ips == ("10.0.0.0/8",)
        assert accounts["templated"].templates == ("Your code is {code}.",)

    @pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
    def test_every_world_we_ship_is_valid(self, world):
        config = load_config(world, {}, {})

        assert config.accounts

    def test_a_byte_order_mark_is_skipped(self, file):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

        config = load_config(file, {}, {})

        assert config.server.port == 1


class TestUnreadable:
    """What is no TOML file at all is told with what else is wrong."""

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"[server]\nport = 1\nname = \xff\n", ":3: is not UTF-8 (found the byte 0xff), save the file as UTF-8"),
            (b"[server]\nport 1\n", ":2: not TOML at column 6: Expected '=' after a key in a key/value pair"),
            (b"[server]\nnow = [1,\n", ":3: not TOML at the end: Invalid value"),
        ],
        ids=["bytes", "line", "end"],
    )
    def test_one_line_says_where_and_what(self, file, content, told):
        file.write_bytes(content)

        with pytest.raises(ConfigurationError) as caught:
            load_config(file, {"EIMS_SIM_PORT": "x"}, {})

        assert caught.value.problems == [
            f"{file}{told}",
            'environment EIMS_SIM_PORT: server.port: must be a whole number (found "x"), such as 20003',
        ]

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(ConfigurationError) as caught:
            load_config(tmp_path / "none.toml", {}, {})

        assert caught.value.problems == [f"{tmp_path / 'none.toml'}: no such file; give the path of a TOML file"]

    def test_a_folder_is_no_file(self, tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            load_config(tmp_path, {}, {})


class TestErrors:
    """FILE:LINE: field: what is wrong (with the value found), what would be right; every error at once (C2, C3)."""

    def test_the_place_is_the_file_as_it_was_named_and_the_line_of_the_key(self, file):
        file.write_text('[[accounts]]\naccount = "a"\npassword = "p"\nauth = "MD5"\n', encoding="utf-8")

        with pytest.raises(ConfigurationError) as caught:
            load_config(file, {}, {})

        assert str(caught.value) == f"{file}:4: accounts[0].auth: must be 'plain', 'md5' or 'any' (found \"MD5\")"

    @pytest.mark.parametrize(
        ("setting", "told"),
        [
            ("host = 5", 'host: must be a string (found 5), such as "127.0.0.1"'),
            ('host = ""', 'host: must not be empty (found "")'),
            ("host = 2026-01-01", 'host: must be a string (found 2026-01-01), such as "127.0.0.1"'),
            ('port = "1"', 'port: must be a whole number (found "1"), such as 20003'),
            ("port = 1.0", "port: must be a whole number (found 1.0), such as 20003"),
            ("port = 70000", "port: must be less than or equal to 65535 (found 70000)"),
            ("scale = 0", "scale: must be greater than 0 (found 0)"),
            ("scale = nan", "scale: must be less than or equal to 1000000 (found NaN)"),
            ("strict = 1", "strict: must be true or false (found 1)"),
            ('clock = "Real"', "clock: must be 'real', 'frozen' or 'scaled' (found \"Real\")"),
            ('trusted_proxies = "::1"', 'trusted_proxies: must be a list (found "::1")'),
            ("sensitive_words = 2026-01-01", "sensitive_words[0]: must be a string (found 2026-01-01)"),
            (
                'sensitive_words = ["a", " "]',
                (
                    'sensitive_words[1]: is not valid (found " "), an empty word is in every content; '
                    "name one, or leave the list empty"
                ),
            ),
            ("prot = 1", "prot: unknown key 'prot'; the nearest known one is 'port'"),
        ],
    )
    def test_a_setting_of_the_server_that_cannot_be(self, setting, told):
        found = problems(f"[server]\n\n{setting}")

        assert found == [f"3: server.{told}"]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[servre]", "servre: unknown key 'servre'; the nearest known one is 'server'"),
            ("port = 1", "port: unknown key 'port'; it belongs in the table [server]"),
            ("xyzzy = 1", "xyzzy: unknown key 'xyzzy'; known are server, lifecycle, push, accounts, rules, faults"),
            ('"a b" = 1', "\"a b\": unknown key 'a b'; known are server, lifecycle, push, accounts, rules, faults"),
            ("[[server]]", "server: must be a table (found a list), headed [server]"),
            ("push = 2026-01-01", "push: must be a table (found a date), headed [push]"),
            ("[rules]", "rules: must be a list (found a table), headed [[rules]]"),
            ("accounts = [5]", "accounts[0]: must be a table (found a number), headed [[accounts]]"),
        ],
    )
    def test_a_table_that_cannot_be(self, text, told):
        found = problems(text)

        assert found == [f"1: {told}"]

    def test_every_error_is_told_at_once_in_the_order_of_the_lines(self):
        found = problems(
            """\
[[accounts]]
account = "a"
balance = 0.05
pricee = "1"

[[accounts]]
account = "a"
password = "p"
numbers = ["123", "x", "123"]

[[rules]]
outcome = 1015
number = {suffix = "7", prefix = "1"}
content = {regex = "("}
unsent_seconds = {uniform = [2, 1]}

[push]
attempts = 0

[server]
timezone = "Asia/Shanghia"
"""
        )

        assert found == [
            "1: accounts[0].password: is missing, and required",
            (
                "3: accounts[0].balance: is not valid (found 0.05), "
                'money is a string or an integer, never a float: write "0.05"'
            ),
            "4: accounts[0].pricee: unknown key 'pricee'; the nearest known one is 'price'",
            '7: accounts[1].account: is taken by accounts[0].account (found "a"), each account has a name of its own',
            '9: accounts[1].numbers[1]: is not valid (found "x"), a number of 3 to 20 digits after an optional +',
            (
                "9: accounts[1].numbers[2]: is taken by accounts[1].numbers[0] "
                '(found "123"), a number belongs to one account'
            ),
            (
                "12: rules[0].outcome: is not valid (found 1015), "
                "an outcome is 0, a report code (1001 to 1023 without 1015), or 1 / 2 to stay unsent / sending"
            ),
            (
                '13: rules[0].number: is not valid (found {"suffix": "7", "prefix": "1"}), '
                'exactly one matcher of exact, prefix, suffix, regex, such as {exact = "…"}'
            ),
            '14: rules[0].content: is not valid (found {"regex": "("}), re2 cannot take this pattern: missing ): (',
            (
                '15: rules[0].unsent_seconds: is not valid (found {"uniform": [2, 1]}), '
                "uniform needs its lower bound first"
            ),
            "18: push.attempts: must be greater than or equal to 1 (found 0)",
            '21: server.timezone: must be an IANA time zone (found "Asia/Shanghia"), such as "Asia/Shanghai"',
        ]

    def test_what_is_wrong_with_an_account_as_a_whole_is_told_with_what_is_wrong_with_its_keys(self):
        found = problems('[[accounts]]\naccount = 5\nauth = "any"\nprice = -1')

        assert [problem.partition(":")[2].split(":")[0] for problem in found] == [
            " accounts[0].password",
            " accounts[0].key",
            " accounts[0].account",
            " accounts[0].price",
        ]
        assert found[1] == '1: accounts[0].key: auth = "any" needs a key that is not empty'

    def test_a_key_of_the_wrong_type_is_not_told_to_be_missing_too(self):
        found = problems('[[accounts]]\naccount = "a"\npassword = "p"\nauth = "md5"\nkey = 5')

        assert found == ["5: accounts[0].key: must be a string (found a secret)"]

    def test_a_long_value_is_cut(self):
        (found,) = problems(f'[server]\nclock = "{"x" * 500}"')

        assert len(found) < 200

    def test_an_option_is_named_as_it_was_typed(self):
        found = problems(options={"admin_token": 5, "port": -1})

        assert found == [
            "option --port: server.port: must be greater than or equal to 0 (found -1)",
            "option --admin-token: server.admin_token: must be a string (found a secret)",
        ]


class TestSecrets:
    """Errors are pasted into tickets: no secret is in them."""

    @pytest.mark.parametrize(
        "text",
        [
            '[[accounts]]\naccount = "a"\npassword = ["hunter2"]',
            '[[accounts]]\naccount = "a"\npassword = "p"\nkey = {a = "hunter2"}',
            '[[accounts]]\naccount = "a"\npasswrd = "hunter2"',
            '[accounts]\naccount = "a"\npassword = "hunter2"',
            'accounts = ["a:hunter2"]',
            '[[accounts]]\naccount = "a"\npassword = "p"\ncallback_url = "ftp://u:hunter2@host/"',
            '[[accounts]]\naccount = "a"\npassword = "p"\ncallback_url = "ftp://u:p@hunter2/@host/"',
            '[[accounts]]\naccount = "a"\npassword = "p"\ncallback_url = "ftp://u:/\\"hunter2@host/"',
            '[[accounts]]\naccount = "a"\npassword = "p"\ncallback_url = ["http://u:hunter2@host/", {a = "x://hunter2@"}]',
            '[[accounts]]\naccount = "a"\npassword = hunter2',
            '[[accounts]]\naccount = "a"\npassword = "hunter2',
            '[[accounts]]\naccount = "a"\npassword = """hunter2\n',
            '[[accounts]]\naccount = "a"\npassword = "hunter2\\q"',
            '[[accounts]]\naccount = "a"\nauth = "md5"\nkey = "hunter2"\npassword = 2026-01-01',
            '[[accounts]]\naccount = "a"\npassword = "hunter2"\npassword = "hunter2"',
            '[server]\nadmin_token = ["hunter2"]',
            '[server]\nadmin_token = "hunter2 "',
            '[server]\nhost = "0.0.0.0"\nadmin_token = "hunter2ü"',
            '[server]\ndatabase = "postgresql://u:hunter2@host/db"',
        ],
    )
    def test_no_error_shows_a_secret(self, text):
        found = problems(text)

        assert found
        assert "hunter2" not in "".join(found)


class TestLines:
    """A line is that of the key, of the table that misses it, or of the key whose value it is in (C3)."""

    @pytest.mark.parametrize(
        ("text", "path", "line"),
        [
            ("a = 1\nb = 2", ("b",), 2),
            ("# a = 1\n\na = 1", ("a",), 3),
            ("[a]\n# ]\nb = '#'\nc = 1", ("a", "c"), 4),
            ("[a]\r\nb = 1\r\nc = 1\r\n", ("a", "c"), 3),
            ('[a]\nb = """\nc = 1\n[d]\\""""""\nc = 1', ("a", "c"), 5),
            ("[a]\nb = '''\nc = 1\n''''''\nc = 1", ("a", "c"), 5),
            ("[a]\nb = [\n  {c = 1},\n  # ]\n  {c = 2},\n]\nd = 1", ("a", "d"), 7),
            ("[a]\nb = [\n  {c = 1},\n  {c = 2},\n]", ("a", "b", 1, "c"), 2),
            ("[a]\nb = {c = {d = 1}}", ("a", "b", "c", "d"), 2),
            ("x = 1\na.b.c = 1\na.b.d = 2", ("a", "b", "d"), 3),
            ("x = 1\na.b.c = 1\na.b.d = 2", ("a", "b"), 2),
            ("x = 1\n[a.b]\nc = 1", ("a",), 2),
            ('[ "a.b" . c ]\n"d\\u0065" = 1', ("a.b", "c", "de"), 2),
            ("[a]\n1.5 = 2026-01-01 00:00:00\n", ("a", "1", "5"), 2),
            ("[[a]]\nb = 1\n[[a]]\n\nb = 1", ("a", 1, "b"), 5),
            ("[[a]]\n[[a]]\n[a.b]\nc = 1", ("a", 1, "b", "c"), 4),
            ("[[a]]\n[[a.b]]\n[[a.b]]\nc = 1\n[[a]]\n[[a.b]]\nc = 1", ("a", 1, "b", 0, "c"), 7),
            ("[[a]]\nb = 1\n[[a]]\nc = 1", ("a", 1, "missing"), 3),
            ("\n\n[a]", ("nothing",), 1),
        ],
    )
    def test_each_value_has_the_line_where_a_person_looks_for_it(self, text, path, line):
        lines = key_lines(text)

        assert nearest_line(lines, path) == line

    @pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
    def test_every_line_of_our_worlds_that_is_no_comment_is_known(self, world):
        text = world.read_text(encoding="utf-8")
        written = {number for number, line in enumerate(text.splitlines(), 1) if line and not line.startswith("#")}

        known = set(key_lines(text).values())

        assert known - {1} == written


class TestConsistency:
    """Settings fit each other and the machine (C3)."""

    @pytest.mark.parametrize("now", ['"2026-01-01T00:00:00+08:00"', "2026-01-01T00:00:00+08:00"])
    def test_a_clock_may_start_at_a_moment_with_or_without_quotes(self, now):
        config = inline(f'[server]\nclock = "frozen"\nnow = {now}')

        assert config.server.now == "2026-01-01T00:00:00+08:00"

    @pytest.mark.parametrize("now", ["2026-01-01t00:00:00z", "2026-01-01 00:00:00.0Z"])
    def test_every_form_of_rfc3339_is_taken(self, now):
        config = inline(f'[server]\nclock = "scaled"\nnow = "{now}"')

        assert read_rfc3339(config.server.now) == 1_767_225_600_000_000

    @pytest.mark.parametrize(
        "now",
        [
            "tomorrow",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-02-30T00:00:00Z",
            "20260101T000000Z",
            "1969-12-31T00:00:00Z",
        ],
    )
    def test_what_is_no_moment_with_an_offset_is_refused(self, now):
        found = problems(f'[server]\nclock = "frozen"\nnow = "{now}"')

        assert found == [
            (
                f'3: server.now: must be a moment in RFC 3339 with its offset (found "{now}"), '
                "such as 2026-01-01T00:00:00+08:00"
            )
        ]

    def test_a_real_clock_takes_no_moment(self):
        found = problems('[server]\nclock = "frozen"\nnow = "2026-01-01T00:00:00Z"', EIMS_SIM_CLOCK="real")

        assert found == [
            (
                '3: server.now: means nothing to a real clock (found "2026-01-01T00:00:00Z"), '
                'set clock to "frozen" or "scaled", or leave now out'
            )
        ]

    def test_an_empty_variable_takes_the_moment_back(self):
        text = '[server]\nclock = "frozen"\nnow = "2026-01-01T00:00:00Z"\n'

        config = load_config(None, {"EIMS_SIM_CONFIG": text, "EIMS_SIM_CLOCK": "real", "EIMS_SIM_NOW": ""}, {})

        assert (config.server.clock, config.server.now) == ("real", "")

    def test_auto_accounts_names_an_account_of_the_file(self):
        accounts = '[[accounts]]\naccount = "demo"\npassword = "p"'

        found = problems(f'[server]\nauto_accounts = "dmo"\n{accounts}')
        from_elsewhere = problems(accounts, EIMS_SIM_AUTO_ACCOUNTS="other")
        without_any = problems('[server]\nauto_accounts = "demo"')

        wrong = "server.auto_accounts: must be the name of an account of the file"
        assert found == [f'2: {wrong} (found "dmo"), such as "demo"']
        assert from_elsewhere == [f'environment EIMS_SIM_AUTO_ACCOUNTS: {wrong} (found "other"), such as "demo"']
        assert without_any == [f'2: {wrong} (found "demo"), and there are none']

    @pytest.mark.parametrize("zone", ["Nowhere/City", "../etc", "/etc/localtime", "Asia"])
    def test_an_unknown_time_zone_is_refused(self, zone):
        (found,) = problems(f'[server]\ntimezone = "{zone}"')

        assert found.startswith(f'2: server.timezone: must be an IANA time zone (found "{zone}"), such as "')

    @pytest.mark.parametrize(
        ("database", "path"),
        [
            (":memory:", ":memory:"),
            ("a/b.db", "a/b.db"),
            ("C:\\a\\b.db", "C:\\a\\b.db"),
            ("sqlite:///b.db", "b.db"),
            ("sqlite:////a/b.db", "/a/b.db"),
            ("sqlite:///:memory:", ":memory:"),
        ],
    )
    def test_a_database_is_a_path(self, database, path):
        config = load_config(None, {}, {"database": database})

        assert config.server.database == path

    @pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg", "postgres"])
    def test_postgresql_is_refused_for_now(self, scheme):
        found = problems(EIMS_SIM_DATABASE=f"{scheme}://host/db")

        assert found == [
            (
                "environment EIMS_SIM_DATABASE: server.database: PostgreSQL is not supported yet "
                f'(found "{scheme}://…"), give a path, :memory: or sqlite:///path'
            )
        ]

    @pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://host/db", "sqlite:///", "sqlite:///a.db?mode=ro"])
    def test_a_url_of_no_sqlite_file_is_refused(self, url):
        (found,) = problems(options={"database": url})

        assert found.startswith("option --database: server.database: must be a SQLite file (found ")

    def test_an_authority_that_cannot_be_read_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        found = problems(options={"callback_ca": "none.pem"})

        assert found == [
            (
                "option --callback-ca: server.callback_ca: cannot be read, no such file or directory "
                '(found "none.pem"), give the path of a PEM file'
            )
        ]

    @pytest.mark.parametrize("text", ["", "no PEM", "-----BEGIN CERTIFICATE-----\n"], ids=["empty", "text", "cut"])
    def test_an_authority_without_a_certificate_is_refused(self, tmp_path, monkeypatch, text):
        """C3: what would only fail with the first report is told at the start."""
        monkeypatch.chdir(tmp_path)
        Path("ca.pem").write_text(text, encoding="ascii")

        found = problems(options={"callback_ca": "ca.pem"})

        assert found == [
            (
                "option --callback-ca: server.callback_ca: holds no certificate that can be read "
                '(found "ca.pem"), give the path of a PEM file'
            )
        ]

    def test_an_authority_that_can_be_read_is_taken(self):
        authority = str(FIXTURES / "localhost.pem")

        config = load_config(None, {}, {"callback_ca": authority})

        assert config.server.callback_ca == authority

    def test_accounts_that_differ_in_case_are_two(self):
        config = inline('accounts = [{account = "a", password = "p"}, {account = "A", password = "p"}]')

        assert [account.account for account in config.accounts] == ["a", "A"]

    def test_an_inbound_number_belongs_to_one_account(self):
        found = problems(
            '[[accounts]]\naccount = "a"\npassword = "p"\nnumbers = ["123"]\n'
            '[[accounts]]\naccount = "b"\npassword = "p"\nnumbers = ["456", "123"]'
        )

        assert found == [
            (
                '8: accounts[1].numbers[1]: is taken by accounts[0].numbers[0] (found "123"), '
                "a number belongs to one account"
            )
        ]


class TestFaults:
    """`[[faults]]` (C3)."""

    def test_every_key_is_read(self):
        config = inline(
            '[[faults]]\nendpoint = "sendsms"\naccount = "demo"\nprobability = 0.5\ntimes = 3\n'
            "delay_seconds = {uniform = [0.1, 0.2]}\nhttp_status = 503\nafter = true\n"
            '[[faults]]\nendpoint = "push"\nreports = "duplicate"\n'
        )

        first, second = config.faults
        assert (first.endpoint, first.account, first.probability, first.times) == ("sendsms", "demo", 0.5, 3)
        assert (first.delay_seconds, first.http_status, first.after) == (Uniform(0.1, 0.2), 503, True)
        assert (second.endpoint, second.reports, second.times) == ("push", "duplicate", 0)

    def test_every_error_is_told_at_its_line(self):
        found = problems(
            '[[faults]]\nendpoint = "sensms"\nreports = "drop"\n'
            '[[faults]]\nendpoint = "getsms"\nstatus = -14\nreport_first = true\n'
            '[[faults]]\nendpoint = "push"\n'
            "[[faults]]\nbodi = 1\n"
        )

        assert found[0].startswith("2: faults[0].endpoint: must be 'getbalance', 'sendsms', 'getreport', ")
        assert found[1:] == [
            '4: faults[1]: report_first needs endpoint = "sendsms"',
            "6: faults[1].status: must be greater than or equal to -13 (found -14)",
            (
                "8: faults[2]: a fault does something: it needs delay_seconds or an effect, one of status, "
                "http_status, connection, body, body_text, repeat_inbound, report_first, reports"
            ),
            "10: faults[3].endpoint: is missing, and required",
            "11: faults[3].bodi: unknown key 'bodi'; the nearest known one is 'body'",
        ]


class TestUnwieldy:
    """C3: what no parser goes on with is told as any other error, never as a failure."""

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("\n[server]\nport = " + "[" * 5000 + "]" * 5000, "3: a value is nested too deeply"),
            ("[server]\nport = " + "{a=" * 300 + "1" + "}" * 300, "2: server.port: is nested too deeply"),
            ("[server]\nport = " + "[" * 300 + "]" * 300, "2: server.port: is nested too deeply"),
            ("# deep\n[server." + ".".join("a" * 500) + "]\nx = 1", "2: server.a: is nested too deeply"),
            ("[server]\n" + ".".join("a" * 500) + " = 1", "2: server.a: is nested too deeply"),
            ("[server]\n\nport = " + "1" * 5000, "3: a number has too many digits"),
            ("[server]\n\nport = 0x" + "f" * 5000, "3: server.port: has too many digits"),
            ('[server]\ndatabase = "a\\u0000b"', "2: server.database: no path holds a NUL"),
        ],
    )
    def test_a_file_says_where(self, text, told):
        (problem,) = problems(text)

        assert problem.startswith(told)

    @pytest.mark.parametrize("value", ["1" * 5000, "0x" + "f" * 5000, "[" * 300 + "]" * 300, "[" * 5000])
    def test_a_variable_says_which(self, value):
        (problem,) = problems(EIMS_SIM_PORT=value)

        assert problem.startswith("environment EIMS_SIM_PORT: server.port: must be a whole number (found ")
        assert len(problem) < 300
