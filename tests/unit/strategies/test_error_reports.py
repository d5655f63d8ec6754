"""Reports of tools, as the tools write them: each error once, on its lines, with its place; what passed is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.strategies.failures.cases import Case, find_cases
from service.strategies.failures.scanning import scan
from tests.support.task_states import source

REPORTS = Path(__file__).parent / "report_samples"
NAMES = sorted(path.name for path in REPORTS.iterdir())
EXPECTED = {
    "ansible": [
        "Ansible failure||FAILURE|3-3|-",
        "Ansible warning||WARNING|5-6|-",
        "Ansible failure|UNREACHABLE|FAILURE|11-11|-",
    ],
    "asan": [
        "AddressSanitizer|heap-buffer-overflow|FATAL|1-49|/srv/shop/cart.c:12",
        "AddressSanitizer|heap-use-after-free|FATAL|50-104|/srv/shop/cart.c:18",
        "LeakSanitizer|Direct leak|ERROR|109-113|/srv/shop/cart.c:5",
        "AddressSanitizer|SEGV|FATAL|117-128|/srv/shop/cart.c:27",
    ],
    "asan_two": [
        "AddressSanitizer|heap-use-after-free|FATAL|2-17|/src/acme/parser.c:88",
        "AddressSanitizer|heap-use-after-free|FATAL|19-27|/src/acme/cache.c:203",
    ],
    "bandit": [
        "Bandit warning|B101|WARNING|69-88|tests/test_cart.py:4",
        "Bandit warning|B101|WARNING|89-108|tests/test_cart.py:20",
    ],
    "buildkit_npm": [
        "npm failure|ERESOLVE|FATAL|5-16|-",
    ],
    "buildkit_parallel": [
        "Jest failure|TypeError|FAILURE|3-11|cart.test.js:4",
        "Python exception|KeyError|FATAL|4-10|/srv/shop/api.py:9",
        "Docker build failure||FATAL|21-27|Dockerfile:4",
    ],
    "buildkit_pytest": [
        "pytest failure|AssertionError|FAILURE|4-11|tests/test_cart.py:5",
    ],
    "cargo_json": [
        "Rust error|E0425|FATAL|1-1|src/main.rs:1",
        "Rust error|E0308|FATAL|2-2|src/main.rs:1",
    ],
    "checkstyle": [
        "Java error|checks.coding.HiddenFieldCheck|FAILURE|4-4|/srv/shop/src/Cart.java:12",
        "Java warning|checks.sizes.LineLengthCheck|WARNING|5-5|/srv/shop/src/Cart.java:20",
    ],
    "cmake": [
        "CMake warning||WARNING|7-8|CMakeLists.txt:3",
        "CMake warning||WARNING|11-12|CMakeLists.txt:4",
        "CMake warning||WARNING|15-31|cmake/find.cmake:1",
        "CMake error||FATAL|34-36|CMakeLists.txt:6",
    ],
    "cmake_required": [
        "CMake warning||WARNING|1-2|CMakeLists.txt:3",
        "CMake warning||WARNING|5-6|CMakeLists.txt:4",
        "CMake error||FATAL|9-25|cmake/find.cmake:1",
    ],
    "code_climate": [
        "Code Climate error|invalid-syntax|FAILURE|2-20|shop/bad.py:1",
        "Code Climate error|invalid-syntax|FAILURE|21-39|shop/bad.py:2",
        "Code Climate error|I001|FAILURE|40-58|shop/cart.py:1",
        "Code Climate error|F401|FAILURE|59-77|shop/cart.py:1",
        "Code Climate error|F821|FAILURE|78-96|shop/cart.py:6",
    ],
    "codeql": [
        "CodeQL error|py/sql-injection|FAILURE|8-13|shop/orders.py:41",
        "CodeQL error|py/path-injection|FAILURE|14-19|shop/files.py:12",
    ],
    "compilers_apart": [
        "C/C++ error|256|FATAL|1-4|C:\\ghs\\comp\\ansi\\stdint.h:40",
        "C/C++ error|70|FATAL|6-9|..\\src\\sourcefile.c:214",
        "C/C++ error|Pe140|FATAL|11-12|d:\\app\\cart.c:260",
        "Fortran warning|argument-mismatch|WARNING|14-18|thermo.f:2456",
        "Fortran error||FATAL|19-23|cart.f90:12",
    ],
    "cppcheck": [
        "C/C++ error|nullPointer|FAILURE|5-7|src/cart.c:12",
    ],
    "dart": [
        "Dart exception||FATAL|1-5|package:shop/cart.dart:12",
        "Dart exception|NoSuchMethodError|ERROR|8-17|package:shop/pages.dart:78",
    ],
    "dotnet_build": [
        "C# error|CS0103|FATAL|1-1|/srv/shop/src/Cart.cs:12",
        "C# warning|CS0168|WARNING|2-2|/srv/shop/src/Cart.cs:30",
        "Compiler error|MSB1009|FATAL|3-3|-",
    ],
    "dotnet_test": [
        "Test failure||FAILURE|8-15|/srv/shop/tests/CartTests.cs:12",
        "Test failure|System.Collections.Generic.KeyNotFoundException|FAILURE|16-22|/srv/shop/src/Cart.cs:41",
    ],
    "elixir_compile": [
        "Elixir warning||WARNING|2-3|lib/cart.ex:4",
        "Elixir warning||WARNING|5-6|lib/cart.ex:3",
        "Elixir error|CompileError|FATAL|9-10|lib/cart.ex:4",
    ],
    "elixir_genserver": [
        "Elixir warning||WARNING|1-2|gs.exs:7",
        "Elixir exception|KeyError|ERROR|5-13|gs.exs:4",
    ],
    "elixir_script": [
        "Elixir exception|ArgumentError|FATAL|1-3|x.exs:1",
    ],
    "elixir_tasks": [
        "Elixir exception|MatchError|ERROR|1-4|lib/shop/mail.ex:12",
        "Elixir exception|MatchError|ERROR|7-10|lib/shop/mail.ex:12",
    ],
    "erlang_boot": [
        "Erlang exception|badmatch|FATAL|1-1|cart.erl:5",
    ],
    "erlang_compile": [
        "Erlang error||FATAL|1-3|cart.erl:4",
        "Erlang warning||WARNING|5-7|cart.erl:5",
    ],
    "erlang_crash_report": [
        "Erlang crash report|error|ERROR|1-21|cart.erl:4",
    ],
    "erlang_error_report": [
        "Erlang error report|badarith|ERROR|1-5|cart.erl:4",
    ],
    "eslint_json": [
        "ESLint error|no-unused-vars|FAILURE|1-1|/srv/shop/web/cart.js:1",
        "ESLint error|no-unused-vars|FAILURE|1-1|/srv/shop/web/cart.js:3",
        "ESLint error|no-undef|FAILURE|1-1|/srv/shop/web/cart.js:4",
        "ESLint warning|no-console|WARNING|1-1|/srv/shop/web/cart.js:4",
        "ESLint error|no-undef|FAILURE|1-1|/srv/shop/web/cart.js:5",
        "ESLint error|eqeqeq|FAILURE|1-1|/srv/shop/web/cart.js:7",
        "ESLint warning|no-empty|WARNING|1-1|/srv/shop/web/cart.js:7",
        "ESLint error|Parsing error|FATAL|1-1|/srv/shop/web/pay.js:1",
    ],
    "eslint_sarif": [
        "ESLint error|no-unused-vars|FAILURE|73-96|/srv/shop/web/cart.js:1",
        "ESLint error|no-unused-vars|FAILURE|97-120|/srv/shop/web/cart.js:3",
        "ESLint error|no-undef|FAILURE|121-144|/srv/shop/web/cart.js:4",
        "ESLint warning|no-console|WARNING|145-168|/srv/shop/web/cart.js:4",
        "ESLint error|no-undef|FAILURE|169-192|/srv/shop/web/cart.js:5",
        "ESLint error|eqeqeq|FAILURE|193-216|/srv/shop/web/cart.js:7",
        "ESLint warning|no-empty|WARNING|217-240|/srv/shop/web/cart.js:7",
        "ESLint error|ESL0999|FAILURE|243-270|/srv/shop/web/pay.js:1",
    ],
    "eslint_two": [
        "ESLint error|no-undef|FAILURE|1-1|/src/web/cart.js:14",
        "ESLint warning|no-console|WARNING|1-1|/src/web/cart.js:20",
        "ESLint error|Parsing error|FATAL|1-1|/src/web/pay.js:88",
    ],
    "eunit": [
        "EUnit failure||FAILURE|1-11|cart_tests.erl:4",
        "EUnit failure||FAILURE|13-24|cart_tests.erl:5",
    ],
    "exunit": [
        "Elixir warning||WARNING|2-3|lib/cart.ex:3",
        "Elixir warning||WARNING|5-6|lib/cart.ex:7",
        "ExUnit failure||FAILURE|11-18|test/cart_test.exs:4",
        "Erlang error report|RuntimeError|ERROR|20-27|test/cart_test.exs:11",
        "ExUnit failure|KeyError|FAILURE|31-38|lib/cart.ex:6",
        "ExUnit failure|RuntimeError|FAILURE|42-46|test/cart_test.exs:11",
    ],
    "gh_run_view": [
        "pytest failure|AssertionError|FAILURE|7-13|tests/test_cart.py:5",
    ],
    "golangci_rubocop": [
        "golangci-lint error|errcheck|FAILURE|1-1|cart.go:12",
        "RuboCop warning|Lint/UselessAssignment|WARNING|2-2|lib/cart.rb:3",
    ],
    "jenkins_msbuild": [
        "C# warning|CS0168|WARNING|1-1|d:\\ws\\Wpf\\Cart.cs:12",
        "C# error|CS0103|FATAL|2-2|d:\\ws\\Wpf\\Cart.cs:30",
    ],
    "jest_json": [
        "Test failure||FAILURE|1-1|/srv/shop/web/cart.test.js:3",
        "Test failure|TypeError|FAILURE|1-1|/srv/shop/web/cart.test.js:4",
    ],
    "journal_export": [
        "log ERROR|web|ERROR|7-11|-",
    ],
    "journal_pretty": [
        "log ERROR|web|ERROR|7-12|-",
        "log WARNING|web|WARNING|13-18|-",
    ],
    "journal_spread": [
        "Python exception|ValueError|FATAL|2-16|/srv/a.py:9",
        "Java exception|java.lang.IllegalStateException|FATAL|3-12|acme/Pool.java:40",
        "log WARNING|mail|WARNING|10-10|-",
    ],
    "journal_verbose": [
        "log ERROR|web|ERROR|7-10|-",
    ],
    "journald_bytes": [
        "log ERROR|billing|ERROR|1-1|-",
        "log ERROR|search|ERROR|2-2|-",
        "log ERROR|mailer|ERROR|4-4|-",
    ],
    "junit_cdata": [
        "Test failure|java.lang.AssertionError|FAILURE|1-1|-",
        "Java test failure|java.lang.IllegalStateException|FAILURE|3-5|acme/Engine.java:40",
    ],
    "junit_fail": [
        "pytest failure|AssertionError|FAILURE|1-6|tests/test_cart.py:5",
        "pytest failure|KeyError|FAILURE|6-16|shop/cart.py:7",
    ],
    "junit_gtest": [
        "Test failure||FAILURE|2-3|-",
        "Test failure||FAILURE|3-6|menu_test.cc:88",
    ],
    "junit_jest": [
        "Test failure||FAILURE|4-13|/srv/shop/web/cart.test.js:3",
        "Test failure|TypeError|FAILURE|15-21|/srv/shop/web/cart.test.js:4",
    ],
    "junit_nested": [
        "Test failure||FAILURE|1-1|-",
        "Test failure||FAILURE|1-1|/srv/StockTest.php:70",
        "Test failure||FAILURE|1-1|-",
    ],
    "junit_node": [
        "Test failure||FAILURE|3-25|/srv/shop/web/node.test.mjs:2",
        "Test failure||FAILURE|27-41|/srv/shop/web/node.test.mjs:3",
    ],
    "junit_pass": [],
    "junit_pytest": [
        "pytest failure|AssertionError|FAILURE|1-6|tests/test_cart.py:4",
        "pytest failure|KeyError|FAILURE|6-19|shop/cart.py:4",
        "pytest failure|KeyError|FAILURE|19-32|shop/cart.py:4",
        "pytest failure|ConnectionRefusedError|FAILURE|32-37|tests/test_cart.py:13",
        "pytest failure|AssertionError|FAILURE|37-45|tests/test_cart.py:20",
    ],
    "junit_ruff": [
        "Test failure||FAILURE|4-8|/srv/shop/shop/bad.py:1",
        "Test failure||FAILURE|10-14|/srv/shop/shop/bad.py:2",
        "Test failure||FAILURE|18-22|/srv/shop/shop/cart.py:1",
        "Test failure||FAILURE|24-28|/srv/shop/shop/cart.py:1",
        "Test failure||FAILURE|30-34|/srv/shop/shop/cart.py:6",
    ],
    "junit_unescaped": [
        "Test failure||FAILURE|1-1|-",
        "Test failure||FAILURE|1-1|-",
    ],
    "junit_vitest": [
        "Test failure|AssertionError|FAILURE|4-15|vi.test.mjs:2",
    ],
    "kotlin": [
        "Kotlin error||FATAL|2-2|/srv/shop/src/main/kotlin/Cart.kt:12",
        "Kotlin error||FATAL|3-3|/srv/shop/src/main/kotlin/Stock.kt:31",
        "Kotlin warning||WARNING|4-4|/srv/shop/src/main/kotlin/Cart.kt:20",
        "Kotlin error||FATAL|5-7|Mail.kt:3",
    ],
    "kubectl_describe": [
        "Kubernetes container|CrashLoopBackOff|FATAL|8-9|-",
        "Kubernetes container|OOMKilled|FATAL|10-14|-",
        "Kubernetes event|BackOff|ERROR|22-22|-",
    ],
    "kubectl_describe_event": [
        "Kubernetes event|FailedScheduling|ERROR|1-23|-",
    ],
    "kubectl_events": [
        "Kubernetes event|BackOff|ERROR|3-3|-",
        "Kubernetes event|BackOff|ERROR|4-4|-",
        "Kubernetes event|FailedScheduling|ERROR|5-5|-",
        "Kubernetes event|Failed|ERROR|7-7|-",
        "Kubernetes event|Unhealthy|ERROR|8-8|-",
    ],
    "kubernetes_events": [
        "Kubernetes event|BackOff|ERROR|4-14|-",
    ],
    "kubernetes_events_yaml": [
        "Kubernetes event|BackOff|ERROR|3-26|-",
        "Kubernetes event|Failed|ERROR|36-49|-",
    ],
    "kubernetes_pod_yaml": [
        "Kubernetes container|OOMKilled|FATAL|11-14|-",
        "Kubernetes container|CrashLoopBackOff|FATAL|20-21|-",
    ],
    "kubernetes_pods": [
        "Kubernetes container|CrashLoopBackOff|FATAL|5-18|-",
        "Kubernetes container|OOMKilled|FATAL|5-18|-",
    ],
    "php_log": [
        "PHP exception|TypeError|FATAL|1-5|/srv/shop/Cart.php:30",
        "PHP warning|Warning|WARNING|6-6|/srv/shop/Cart.php:44",
        "PHP warning|Notice|WARNING|7-10|/srv/shop/app/Cart.php:427",
        "PHP exception|Exception|FATAL|11-15|/srv/shop/test.php:5",
    ],
    "phpunit": [
        "PHPUnit failure|RuntimeException|FAILURE|7-11|/srv/shop/src/Pay.php:20",
        "PHPUnit failure||FAILURE|17-20|/srv/shop/tests/CartTest.php:21",
    ],
    "playwright": [
        "Playwright failure|Error|FAILURE|6-19|/srv/shop/tests/cart.spec.ts:12",
    ],
    "powershell": [
        "PowerShell error|ItemNotFoundException|ERROR|1-6|C:\\shop\\deploy.ps1:12",
        "PowerShell error|InvalidOperation|ERROR|8-12|/srv/shop/deploy.ps1:20",
    ],
    "lua": [
        "Lua error||FATAL|1-5|cart.lua:7",
    ],
    "minitest": [
        "Minitest failure||FAILURE|9-12|test/cart_test.rb:31",
        "Minitest failure||FAILURE|14-20|test/cart_test.rb:50",
        "Minitest failure|KeyError|FAILURE|22-27|lib/cart.rb:7",
    ],
    "msbuild_terminal": [
        "Compiler warning||WARNING|2-6|C:\\src\\Shop.Tests\\Shop.Tests.csproj:26",
        "C# error|CS0103|FATAL|8-8|C:\\src\\Shop\\Cart.cs:12",
    ],
    "nunit": [
        "Test failure||FAILURE|5-13|/srv/shop/tests/CartTests.cs:12",
    ],
    "pylint_json": [
        "Pylint error|syntax-error|FAILURE|2-14|shop/bad.py:1",
        "Pylint warning|missing-module-docstring|WARNING|15-27|shop/cart.py:1",
        "Pylint warning|missing-function-docstring|WARNING|28-40|shop/cart.py:3",
        "Pylint warning|missing-function-docstring|WARNING|41-53|shop/cart.py:5",
        "Pylint error|undefined-variable|FAILURE|54-66|shop/cart.py:6",
        "Pylint warning|unused-import|WARNING|67-79|shop/cart.py:1",
    ],
    "pylint_json2": [
        "Pylint error|syntax-error|FAILURE|3-17|shop/bad.py:1",
        "Pylint warning|missing-module-docstring|WARNING|18-32|shop/cart.py:1",
        "Pylint warning|missing-function-docstring|WARNING|33-47|shop/cart.py:3",
        "Pylint warning|missing-function-docstring|WARNING|48-62|shop/cart.py:5",
        "Pylint error|undefined-variable|FAILURE|63-77|shop/cart.py:6",
        "Pylint warning|unused-import|WARNING|78-92|shop/cart.py:1",
    ],
    "pyright_json": [
        "Python error||FAILURE|6-20|/srv/shop/shop/bad.py:1",
        "Python error||FAILURE|21-35|/srv/shop/shop/bad.py:1",
        "Python error||FAILURE|36-50|/srv/shop/shop/bad.py:1",
        "Python error||FAILURE|51-65|/srv/shop/shop/bad.py:2",
        "Python error||FAILURE|66-80|/srv/shop/shop/bad.py:2",
        "Python error||FAILURE|81-95|/srv/shop/shop/bad.py:2",
        "Python warning|reportUnusedImport|WARNING|96-111|/srv/shop/shop/cart.py:1",
        "Python warning|reportUnknownParameterType|WARNING|112-127|/srv/shop/shop/cart.py:3",
        "Python warning|reportMissingParameterType|WARNING|128-143|/srv/shop/shop/cart.py:3",
        "Python warning|reportUnknownParameterType|WARNING|144-159|/srv/shop/shop/cart.py:5",
        "Python warning|reportUnknownParameterType|WARNING|160-175|/srv/shop/shop/cart.py:5",
        "Python warning|reportMissingParameterType|WARNING|176-191|/srv/shop/shop/cart.py:5",
        "Python warning|reportUnknownVariableType|WARNING|192-207|/srv/shop/shop/cart.py:6",
        "Python warning|reportUnknownArgumentType|WARNING|208-223|/srv/shop/shop/cart.py:6",
        "Python error|reportUndefinedVariable|FAILURE|224-239|/srv/shop/shop/cart.py:6",
    ],
    "rspec": [
        "RSpec failure||FAILURE|3-10|./spec/cart_spec.rb:5",
        "RSpec failure|KeyError|FAILURE|12-19|./lib/cart.rb:7",
    ],
    "ruff_json": [
        "Ruff error|invalid-syntax|FAILURE|2-20|/srv/shop/shop/bad.py:1",
        "Ruff error|invalid-syntax|FAILURE|21-39|/srv/shop/shop/bad.py:2",
        "Ruff error|I001|FAILURE|40-74|/srv/shop/shop/cart.py:1",
        "Ruff error|F401|FAILURE|75-109|/srv/shop/shop/cart.py:1",
        "Ruff error|F821|FAILURE|110-128|/srv/shop/shop/cart.py:6",
    ],
    "ruff_json_lines": [
        "Ruff error|invalid-syntax|FAILURE|1-1|/srv/shop/shop/bad.py:1",
        "Ruff error|invalid-syntax|FAILURE|2-2|/srv/shop/shop/bad.py:2",
        "Ruff error|I001|FAILURE|3-3|/srv/shop/shop/cart.py:1",
        "Ruff error|F401|FAILURE|4-4|/srv/shop/shop/cart.py:1",
        "Ruff error|F821|FAILURE|5-5|/srv/shop/shop/cart.py:6",
    ],
    "ruff_sarif": [
        "ruff error|invalid-syntax|FAILURE|6-27|/srv/shop/shop/bad.py:1",
        "ruff error|invalid-syntax|FAILURE|28-49|/srv/shop/shop/bad.py:2",
        "ruff error|I001|FAILURE|50-98|/srv/shop/shop/cart.py:1",
        "ruff error|F401|FAILURE|99-144|/srv/shop/shop/cart.py:1",
        "ruff error|F821|FAILURE|145-166|/srv/shop/shop/cart.py:6",
    ],
    "sarif_extensions": [
        "monokle error|KSV001|FAILURE|1-1|pod.yaml:3",
    ],
    "sarif_first_edition": [
        "Semmle error|cs/format-argument|FAILURE|1-1|src/Cart.cs:12",
        "Semmle error|AvoidAll|FAILURE|1-1|-",
    ],
    "semgrep": [
        "Semgrep error|python.lang.security.audit.eval|FAILURE|1-1|shop/cart.py:4",
    ],
    "swift": [
        "Swift error||FATAL|2-7|/srv/shop/Sources/Shop/Cart.swift:12",
        "Swift warning||WARNING|8-8|/srv/shop/Sources/Shop/Cart.swift:11",
    ],
    "terraform_boxes": [
        "Terraform error||FATAL|1-8|modules/net/main.tf:14",
        "Terraform error||FATAL|9-16|modules/db/rds.tf:31",
        "Terraform error||FATAL|17-24|modules/logs/main.tf:3",
    ],
    "terraform_colours": [
        "Terraform error||FATAL|4-11|main.tf:12",
    ],
    "terraform_plain": [
        "Terraform error||FATAL|2-7|main.tf:12",
    ],
    "terraform_plan_json": [
        "Terraform error||FATAL|2-2|main.tf:3",
    ],
    "terraform_validate_json": [
        "Terraform error||FATAL|7-32|main.tf:12",
    ],
    "trx": [
        "Test failure||FAILURE|5-15|/srv/shop/tests/CartTests.cs:12",
        "Test failure|System.Collections.Generic.KeyNotFoundException|FAILURE|17-26|/srv/shop/src/Cart.cs:41",
    ],
    "tsan": [
        "ThreadSanitizer|data race|FATAL|1-19|/srv/shop/race.c:4",
    ],
    "ubsan": [
        "UndefinedBehaviorSanitizer||ERROR|1-1|cart.c:29",
        "UndefinedBehaviorSanitizer||ERROR|2-2|cart.c:30",
        "UndefinedBehaviorSanitizer||ERROR|3-6|cart.c:32",
    ],
    "ubsan_stacks": [
        "UndefinedBehaviorSanitizer||ERROR|1-5|/srv/shop/cart.c:29",
        "UndefinedBehaviorSanitizer||ERROR|7-11|/srv/shop/cart.c:30",
        "UndefinedBehaviorSanitizer||ERROR|13-20|/srv/shop/cart.c:32",
    ],
    "valgrind": [
        "Valgrind||ERROR|6-12|cart.c:12",
        "Valgrind||ERROR|19-22|cart.c:5",
        "Valgrind||ERROR|38-48|cart.c:18",
        "Valgrind||ERROR|69-72|cart.c:5",
        "Valgrind||ERROR|88-90|cart.c:27",
        "Valgrind||FATAL|93-100|cart.c:27",
    ],
    "valgrind_two": [
        "Valgrind||ERROR|2-7|cart.c:14",
        "Valgrind||ERROR|9-12|stock.c:71",
    ],
    "vitest_json": [
        "Test failure|AssertionError|FAILURE|1-1|/srv/shop/web/vi.test.mjs:2",
    ],
    "webpack": [
        "webpack error||FATAL|2-4|./src/cart.ts:12",
        "webpack error||FATAL|6-9|./src/pay.ts:0",
        "webpack error|TS2304|FATAL|11-14|/srv/shop/web/src/stock.ts:3",
    ],
    "xctest": [
        "Test failure||FAILURE|3-3|/srv/shop/Tests/ShopTests/CartTests.swift:8",
        "Test failure||FAILURE|8-8|/srv/shop/Tests/ShopTests/CartTests.swift:14",
        "Test failure||FAILURE|12-13|StockTests.swift:8",
    ],
}
"""By report: kind, class or rule, severity, the lines, and the first place of each error."""


def report(name: str) -> str:
    """A stored report."""
    return (REPORTS / name).read_text(encoding="utf-8")


def shown(text: str) -> list[str]:
    """The errors in a text in short."""
    rows: list[str] = []
    for _, found in scan(text):
        place = found.frames[0] if found.frames else None
        at = f"{place.path}:{place.line}" if place and place.path else "-"
        lines = f"{found.first + 1}-{found.last + 1}"
        rows.append(f"{found.kind}|{found.name}|{found.severity.name}|{lines}|{at}")
    return rows


def cases(name: str) -> list[Case]:
    """The cases of a stored report."""
    return find_cases([source(1, report(name), name)])


def quoted(name: str, case: Case) -> str:
    """The first sample of a case, as the model sees it."""
    sample = case.samples[0]
    return report(name)[sample.start : sample.end]


@pytest.mark.parametrize("name", NAMES)
def test_report_of_a_tool_is_read(name: str):
    """Each error with its rule or class, how bad it is, its lines, and its place."""
    assert shown(report(name)) == EXPECTED[name.partition(".")[0]]


# What a build server stamps is stamped on every line.
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("jenkins_")])
def test_report_behind_a_log_and_before_one_is_read(name: str):
    """What stands around a report costs it nothing, and what it says is on its own lines."""
    log = "2026-03-01 10:00:00 INFO the run begins\n2026-03-01 10:00:00 INFO on 4 cores\n"
    rows = shown(f"{log}{report(name)}\n2026-03-01 10:00:09 ERROR the disk is full\n")
    assert [row for row in rows if "-" in row and row.startswith("log ERROR|ERROR|ERROR|")]
    found = [row.split("|") for row in rows if not row.startswith("log ERROR|ERROR|ERROR|")]
    expected = [row.split("|") for row in EXPECTED[name.partition(".")[0]]]
    assert [row[:3] + row[4:] for row in found] == [row[:3] + row[4:] for row in expected]
    assert [int(row[3].partition("-")[0]) - 2 for row in found] == [int(row[3].partition("-")[0]) for row in expected]


def test_terraform_boxes_are_told_apart_by_their_argument_and_place():
    """The headline is the same: two cases, each from the top of its box to the bottom."""
    found = cases("terraform_boxes.txt")
    assert [case.count for case in found] == [1, 1, 1]
    assert all(quoted("terraform_boxes.txt", case).startswith("╷\n│ Error: ") for case in found)
    assert all(quoted("terraform_boxes.txt", case).endswith("╵") for case in found)


def test_address_reports_are_told_apart_by_their_frames():
    """One kind in two functions: two cases, with all of their stacks up to the summary."""
    first, second = cases("asan_two.txt")
    assert [frame.path for frame in first.samples[0].frames[:2]] == ["/src/acme/parser.c"] * 2
    assert (second.title, second.functions[0]) == ("heap-use-after-free: in cache_evict", "cache_evict")
    assert "==21407==ERROR" in quoted("asan_two.txt", first)
    assert "SUMMARY: AddressSanitizer" in quoted("asan_two.txt", first)


def test_valgrind_says_errors_and_nothing_else():
    """Its banner and its summary are none."""
    assert [case.functions[0] for case in cases("valgrind_two.txt")] == ["total", "price"]


def test_step_of_a_docker_build_is_read_without_its_prefix():
    """All lines of the error are its sample; what is told again below, and that the build failed, is no other case."""
    (case,) = cases("buildkit_npm.txt")
    assert (case.kind, case.count) == ("npm failure", 1)
    assert "npm error code ERESOLVE" in quoted("buildkit_npm.txt", case)
    assert "Conflicting peer dependency" in quoted("buildkit_npm.txt", case)


def test_lines_that_a_docker_build_tells_again_are_read_where_they_stand_alone():
    """Without the steps (the fancy progress), the excerpt is all that there is."""
    text = report("buildkit_npm.txt")
    (case,) = find_cases([source(1, text[text.index("------\n") :], "build.log")])
    assert case.kind == "npm failure"


def test_bytes_of_the_journal_are_decoded():
    """Without colours; the unit is a part of the name."""
    found = cases("journald_bytes.txt")
    titles = [case.title for case in found]
    assert titles == ["billing: card refused", "search: index corrupt", "mailer: SMTP relay refused the message"]
    assert found[0].told == "card refused"
    assert found[0].first.time == "2026-01-05 10:14:02.118"


def test_message_that_the_journal_left_out_is_told():
    """`null` stands for what was too large."""
    text = '{"PRIORITY":"2","_SYSTEMD_UNIT":"web.service","__REALTIME_TIMESTAMP":"1","MESSAGE":null}\n'
    (case,) = find_cases([source(1, text)])
    assert (case.severity.name, case.title) == (
        "FATAL",
        "web: the message is not in the journal's output: it was too large",
    )


def test_failed_tests_of_junit_have_their_names_and_decoded_texts():
    """Each with its own text; the totals are no case."""
    total, price = cases("junit_fail.xml")
    assert (total.tests, price.tests) == (("tests.test_cart.test_total",), ("tests.test_cart.test_price",))
    assert ">       assert total([1, 2]) == 4" in total.told
    assert "&gt;       assert total" in quoted("junit_fail.xml", total)
    assert "test_price" not in quoted("junit_fail.xml", total)
    assert (price.samples[0].frames[0].path, price.samples[0].frames[0].line) == ("shop/cart.py", 7)


def test_equal_failures_of_junit_are_one_case():
    """Two tests that fail in the same function of the program."""
    case = cases("junit_pytest.xml")[0]
    assert (case.title, case.count) == ("KeyError: 'sku'", 2)
    assert case.tests == ("tests.test_cart.test_price", "tests.test_cart.test_price_again")


def test_results_of_sarif_are_quoted_by_their_characters():
    """One line of megabytes is no sample; neither is the rule, nor the tool."""
    compact = "".join(line.strip() for line in report("codeql.sarif").split("\n"))
    found = find_cases([source(1, compact, "results.sarif")])
    assert [case.title for case in found] == [case.title for case in cases("codeql.sarif")]
    sample = found[1].samples[0]
    assert compact[sample.start : sample.end].startswith('{"ruleId": "py/path-injection"')
    assert compact[sample.start : sample.end].endswith("}")


def test_strands_of_a_docker_build_are_read_each_by_itself():
    """Two steps that wrote in turns, and a third that says only at the end what it misses."""
    found = cases("buildkit_parallel.txt")
    assert [case.title for case in found] == [
        "KeyError: 'port'",
        "docker.io/library/nothing:9: not found",
        "TypeError: cannot read sku",
    ]


def test_lines_of_gh_run_view_are_read_without_job_and_step():
    """Behind them GitHub's stamp, and behind that the prefix of a Docker build."""
    (case,) = cases("gh_run_view.txt")
    assert (case.title, case.tests) == ("AssertionError: assert 3 == 4", ("test_total",))
    assert quoted("gh_run_view.txt", case).count("build\tRun tests\t") == 7


def test_events_count_as_often_as_they_say():
    """Equal events of two pods of one owner are one case."""
    back_off = cases("kubectl_events.txt")[0]
    assert (back_off.count, back_off.samples[0].frames[0].function) == (9, "pod/web")
    assert cases("kubernetes_events.json")[0].count == 12
    back_off, failed = cases("kubernetes_events_yaml.txt")
    assert (back_off.count, back_off.samples[0].frames[0].function) == (12, "pod/web")
    assert failed.told.endswith("failed to pull and unpack image: not found")


def test_stack_that_the_journal_has_line_by_line_is_told_as_one():
    """Without the lines of another process in between, and with all that is chained to it."""
    python, java, _ = cases("journal_spread.txt")
    assert (python.causes, java.causes) == (("KeyError",), ("java.io.IOException",))
    assert python.told.splitlines()[-2:] == ["    load()", "ValueError: bad config"]
    assert "Pool.java" in java.told
    assert "Pool.java" not in python.told


def test_test_of_net_is_the_same_in_its_report_and_in_the_output():
    """TRX and the console are of one kind, so that both given together are no new cases."""
    both = find_cases([source(1, report("trx.trx"), "a.trx"), source(2, report("dotnet_test.txt"), "b.txt")])
    assert [case.count for case in both] == [2, 2]


def test_exception_of_elixir_below_a_log_line_has_its_level():
    """A server that a supervisor starts again ended no program; its state belongs to the sample."""
    case = cases("elixir_genserver.txt")[0]
    assert (case.severity.name, case.first.time) == ("ERROR", "16:09:00.469")
    assert "State: %{a: 1}" in quoted("elixir_genserver.txt", case)


def test_error_of_a_script_is_one_with_its_place_and_words():
    """PowerShell's record has a dozen lines that hold the word `error`, PHPUnit tells tests by their names."""
    item, call = cases("powershell.txt")
    assert item.title == "ItemNotFoundException: Cannot find path 'C:\\shop\\missing.txt' because it does not exist."
    assert call.title == "InvalidOperation: You cannot call a method on a null-valued expression."
    pay, total = cases("phpunit.txt")
    assert (pay.tests, total.tests) == (("Tests\\CartTest::testPay",), ("Tests\\CartTest::testTotal",))
    (shown_total,) = cases("playwright.txt")
    assert shown_total.tests == ("tests/cart.spec.ts › shows the total",)
    package, _, _ = cases("ansible.txt")
    assert (package.title, package.samples[0].frames[0].function) == (
        "No package matching 'nginxx' is available",
        "shop : install packages",
    )
    assert cases("lua.txt")[0].title == "attempt to index a nil value (field 'item')"
