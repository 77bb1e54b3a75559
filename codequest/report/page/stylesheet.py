"""The style of the page: one column, light or dark as the reader's system is."""

STYLESHEET = """
:root { color-scheme: light dark; --page: #fff; --ink: #1f2328; --muted: #59636e; --line: #d8dee4; --soft: #f6f8fa;
  --good: #1a7f37; --teacher: #1f2328; --compact: #0072b2; --external: #e08a00; --internal: #009e73; --static: #c0568f;
  --other: #7a5c3e; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --ink: #f0f3f6; --muted: #9ba5b0; --line: #30363d;
  --soft: #161b22; --good: #3fb950; --teacher: #f0f3f6; --compact: #56b4e9; --external: #f0a830; --internal: #2ec49a;
  --static: #e08fbd; --other: #c9a27a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 2.5rem 1.25rem 5rem; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .35rem; }
h2 { font-size: 1.2rem; margin: 3rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
p { margin: .4rem 0 .9rem; max-width: 46rem; }
.lead, .note, figcaption, footer, caption { color: var(--muted); }
.note, footer { font-size: .875rem; }
.verdict { border: 1px solid var(--line); border-radius: .6rem; padding: .6rem 1.2rem; margin: 1.6rem 0; }
.verdict > p { font-weight: 600; margin: .5rem 0; }
.verdict ul { list-style: none; padding: 0; margin: .9rem 0 .3rem; }
.verdict li { border-top: 1px solid var(--line); padding: .6rem 0; }
.dot { display: inline-block; width: .62em; height: .62em; border-radius: 50%; margin-right: .45em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; margin: .6rem 0 1rem; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { padding: .32rem .8rem .32rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--muted); font-weight: 500; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 1rem 0; }
figure img { width: 100%; height: auto; display: block; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 1.2rem; }
.pair h4 { font-size: .875rem; font-weight: 500; color: var(--muted); margin: .2rem 0; }
.hit { font-size: .8125rem; margin: 0 0 .6rem; }
.hit pre { margin: .2rem 0 0; padding: .5rem .65rem; background: var(--soft); border-radius: .35rem; overflow-x: auto;
  font: 12px/1.45 ui-monospace, SFMono-Regular, Menlo, monospace; max-height: 11rem; }
.relevant { color: var(--good); font-weight: 600; }
@media (max-width: 40rem) { .pair { grid-template-columns: 1fr; } }
"""
