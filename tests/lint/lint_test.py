#!/usr/bin/env python3
"""The lints themselves: for each rule something to be refused, and something not to be."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import co_await
import docs
import headers
import layers
import tidy
from sources import code_only, comments_only


def messages(problems):
    return [message for _, message in problems]


class Sources(unittest.TestCase):
    def test_blanks_comments_and_literals_but_keeps_every_place(self):
        text = "int a = 10'000;  // it's {\nchar c = '{'; auto s = \"}\\\"{\"; /* {\n{ */ f();\n"
        code = code_only(text)
        self.assertEqual(len(code), len(text))
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertNotIn("{", code)
        self.assertIn("10'000", code)
        self.assertIn("f();", code)

    def test_blanks_raw_strings(self):
        self.assertNotIn("co_await", code_only('auto s = R"x(co_await f({}) ")x";'))

    def test_comments_only_drops_code_and_keeps_lines(self):
        self.assertEqual(comments_only("a; // b\nc;\n").split("\n")[0].strip(), "// b")
        self.assertEqual(comments_only('auto s = "// no";').strip(), "")


class Layers(unittest.TestCase):
    def refuse(self, path, include):
        self.assertTrue(layers.problems_in(path, f"#include {include}\n"), f"{path}: {include}")

    def allow(self, path, include):
        self.assertEqual(layers.problems_in(path, f"#include {include}\n"), [])

    def test_lower_folders_do_not_see_higher_ones(self):
        self.refuse("base/log.cc", '"conf/problem.h"')
        self.refuse("conf/reader.cc", '"balancer/target.h"')
        self.refuse("balancer/registry.cc", '"proxy/worker.h"')
        self.refuse("balancer/registry.cc", '"metrics/shard.h"')
        self.refuse("admin/api.cc", '"app/server.h"')

    def test_proxy_and_admin_do_not_see_each_other(self):
        self.refuse("proxy/worker.cc", '"admin/api.h"')
        self.refuse("admin/api.cc", '"proxy/worker.h"')

    def test_what_the_table_allows_is_allowed(self):
        self.allow("proxy/worker.cc", '"balancer/snapshot.h"')
        self.allow("admin/api.cc", '"autoscale/decide.h"')
        self.allow("app/main.cc", '"proxy/worker.h"')
        self.allow("base/log.cc", '"base/log.h"')
        self.allow("base/log.cc", "<string>")
        self.allow("base/net/endpoint.cc", "<sys/socket.h>")

    def test_our_headers_are_named_from_the_root(self):
        self.refuse("proxy/worker.cc", '"link.h"')
        self.refuse("proxy/worker.cc", '"../base/log.h"')

    def test_libraries_stay_in_their_place(self):
        self.allow("conf/reader.cc", "<yaml-cpp/yaml.h>")
        self.refuse("conf/reader.h", "<yaml-cpp/yaml.h>")
        self.allow("app/state_store_yaml.cc", "<yaml-cpp/yaml.h>")
        self.refuse("app/server.cc", "<yaml-cpp/yaml.h>")
        self.refuse("admin/api.cc", "<prometheus/registry.h>")
        self.refuse("balancer/registry.cc", "<boost/asio/post.hpp>")
        self.allow("balancer/registry.cc", "<boost/smart_ptr/intrusive_ptr.hpp>")
        self.refuse("base/log.cc", "<boost/beast/http.hpp>")
        self.allow("admin/server.cc", "<boost/beast/http.hpp>")
        self.refuse("balancer/registry.cc", "<mutex>")
        self.refuse("proxy/worker.cc", "<folly/String.h>")

    def test_an_include_in_a_comment_is_none(self):
        self.allow("base/log.cc", '<string>\n// #include "app/server.h"')


class CoAwait(unittest.TestCase):
    def refuse(self, text):
        self.assertTrue(co_await.problems_in(text), text)

    def allow(self, text):
        self.assertEqual(co_await.problems_in(text), [], text)

    def test_refuses_braces(self):
        self.refuse("Task<void> f() { co_await g(Options{.a = 1}); }")
        self.refuse("Task<void> f() { auto x = co_await g({1, 2}); }")
        self.refuse("Task<void> f() { if (co_await g({})) { h(); } }")
        self.refuse("Task<int> f() { co_return X{co_await g()}; }")

    def test_refuses_lambdas_and_conditionals(self):
        self.refuse("Task<void> f() { co_await g([](int i) { return i; }); }")
        self.refuse("Task<void> f() { co_await g(a ? b : c); }")
        self.refuse("Task<void> f() { auto x = a ? co_await g() : 0; }")

    def test_allows_named_values_and_blocks_around(self):
        self.allow("Task<void> f() { Options o{.a = 1}; co_await g(o); }")
        self.allow("Task<void> f() { for (;;) { const auto [a, b] = co_await g(); } }")
        self.allow("Task<void> f() { if (co_await g()) { h({}); } else { h({1}); } }")
        self.allow("Task<void> f() { while (!done) co_await g(); }\nint a = b ? 1 : 2;")
        self.allow("Task<int> f() { switch (x) { case 1: co_return co_await g(); } }")
        self.allow("auto f() -> Task<int> { co_return co_await g(); }")
        self.allow("Task<void> f() const noexcept { co_await g(); }")

    def test_ignores_comments_strings_and_macros(self):
        self.allow('void f() { // co_await g({});\n  log("co_await {}?"); }')
        self.allow("#define X {\nTask<void> f() { co_await g(); }")

    def test_refuses_capturing_lambdas_that_are_coroutines(self):
        self.refuse("void f() { spawn([&]() -> Task<void> { co_await g(); }); }")
        self.refuse("void f() { spawn([this] { co_return; }); }")
        self.allow("void f() { spawn([](int& n) -> Task<void> { co_await g(n); }, n); }")
        self.allow("Task<void> f() { auto h = [this] { return 1; }; co_await g(h); }")

    def test_names_the_line(self):
        text = "Task<void> f() {\n  int i;\n  co_await g({});\n}"
        self.assertEqual(co_await.problems_in(text)[0][0], 3)


class Tidy(unittest.TestCase):
    def problems(self, text, path="base/thing.cc", **options):
        return messages(tidy.problems_in(path, text, **options))

    def test_a_plain_file_is_fine(self):
        text = '#include "base/thing.h"\n\nnamespace gapura {\nint f() { return 1; }\n}\n'
        self.assertEqual(self.problems(text, has_own_header=True), [])

    def test_sizes(self):
        self.assertEqual(self.problems("int a;\n" * 400), [])
        self.assertIn("401 lines; the limit is 400", self.problems("int a;\n" * 401))
        self.assertEqual(self.problems("int a;\n" * 401, "tests/unit/base/thing_test.cc"), [])

    def test_functions(self):
        def function(lines):
            body = "a;\n" * (lines - 2)
            return "namespace x {\nclass C {\n void f(int a) {\n" + body + " }\n};\n}\n"

        self.assertEqual(self.problems(function(70)), [])
        self.assertIn("a function of 71 lines; the limit is 70", self.problems(function(71)))
        self.assertEqual(self.problems("enum class E {\n" + "a,\n" * 90 + "};\n"), [])
        self.assertTrue(self.problems("TEST(A, B) {\n" + "a;\n" * 90 + "}\n"))

    def test_columns_count_characters_not_bytes(self):
        self.assertEqual(self.problems("//" + "é" * 98 + "\n"), [])
        self.assertTrue(self.problems("//" + "é" * 99 + "\n"))

    def test_whitespace(self):
        self.assertTrue(self.problems("int\ta;\n"))
        self.assertTrue(self.problems("int a; \n"))
        self.assertTrue(self.problems("int a;"))

    def test_banned_words_are_found_inside_names(self):
        for name in ("upstream", "DownstreamLink", "pool_manager", "kHelper", "url_util",
                     "ErrorHandler", "RequestContext", "TargetInfo", "LinkData"):
            self.assertTrue(self.problems(f"int {name};\n"), name)

    def test_others_names_and_prose_are_free(self):
        for text in ("boost::asio::io_context io;\n", "loop.context();\n", "#include <utility>\n",
                     "s.data();\n", "// nginx says upstream\n", 'f("upstream");\n',
                     "addrinfo* a;\n", "log::info(x);\n"):
            self.assertEqual(self.problems(text), [], text)

    def test_todo_form(self):
        self.assertEqual(self.problems("// TODO(later): Say it.\n"), [])
        for text in ("// TODO: x\n", "// TODO(me): x\n", "// FIXME\n", "// TODO(speed):\n"):
            self.assertTrue(self.problems(text), text)
        self.assertEqual(self.problems('f("TODO");\n'), [])

    def test_using_namespace(self):
        self.assertTrue(self.problems("using namespace std;\n"))
        self.assertTrue(self.problems("using namespace std::chrono;\n"))
        self.assertEqual(self.problems("using namespace std::chrono_literals;\n"), [])
        self.assertEqual(self.problems("using std::string;\n"), [])

    def test_pragma_once(self):
        self.assertTrue(self.problems("int f();\n", "base/thing.h"))
        self.assertEqual(self.problems("#pragma once\nint f();\n", "base/thing.h"), [])

    def test_own_header_first(self):
        self.assertTrue(self.problems('#include <string>\n#include "base/thing.h"\n',
                                      has_own_header=True))


class Docs(unittest.TestCase):
    def test_links_must_lead_somewhere(self):
        folder = Path(__file__).parent
        good = "[a](docs.py#x) [b](https://x.test/)"
        self.assertEqual(list(docs.link_problems(good, folder)), [])
        self.assertEqual(len(list(docs.link_problems("a\n[b](none.md)", folder))), 1)

    def test_metrics_are_listed_and_exist(self):
        header = '    {"a_total", Kind::counter, "x"},\n'
        self.assertEqual(list(docs.metric_problems(header, "| `a_total` | counter |")), [])
        self.assertEqual(len(list(docs.metric_problems(header, "| `b_total` | counter |"))), 2)


class Headers(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def command(self):
        return ["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", f"-I{self.root}", "-"]

    @unittest.skipUnless(shutil.which("g++"), "no g++")
    def test_tells_a_header_that_stands_alone_from_one_that_does_not(self):
        good = self.write("a/good.h", "#pragma once\n#include <string>\nstd::string f();\n")
        bad = self.write("a/bad.h", "#pragma once\nstd::string f();\n")
        unguarded = self.write("a/twice.h", "struct S {};\n")
        self.assertEqual(headers.check(good, self.command(), self.root), "")
        self.assertIn("string", headers.check(bad, self.command(), self.root))
        self.assertIn("redefinition", headers.check(unguarded, self.command(), self.root))

    def test_a_header_that_its_source_begins_with_is_left_to_the_build(self):
        header = self.write("base/x.h", "#pragma once\n")
        source = self.write("base/x.cc", '#include "base/x.h"\n')
        self.assertTrue(headers.is_first_of_its_source(header, self.root))
        source.write_text('#include <string>\n#include "base/x.h"\n')
        self.assertFalse(headers.is_first_of_its_source(header, self.root))
        source.unlink()
        self.assertFalse(headers.is_first_of_its_source(header, self.root))
        inside = self.write("tests/x.h", "#pragma once\n")
        self.write("tests/x.cc", '#include "tests/x.h"\n')
        self.assertFalse(headers.is_first_of_its_source(inside, self.root))

    def test_a_change_in_an_included_header_counts(self):
        inner = self.write("a/inner.h", "int a;\n")
        outer = self.write("a/outer.h", '#include "a/inner.h"\n')
        before = headers.fingerprint(outer, ["g++"], self.root)
        self.assertEqual(headers.fingerprint(outer, ["g++"], self.root), before)
        inner.write_text("int b;\n")
        self.assertNotEqual(headers.fingerprint(outer, ["g++"], self.root), before)
        self.assertNotEqual(headers.fingerprint(outer, ["clang++"], self.root), before)

    def test_the_program_says_what_fails(self):
        run = subprocess.run([sys.executable, headers.__file__, "--cache",
                              str(self.root / "cache.json"), "--compiler", "false"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("does not compile alone", run.stdout)


if __name__ == "__main__":
    unittest.main()
