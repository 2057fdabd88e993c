"""`dvc plots show` without the internet: a page for DVC's plots with Vega inside.

DVC's own page loads Vega from a server. The scripts come out of `vl-convert-python`, so that none
is kept in git, and `plots.html_template` in `.dvc/config.local` (which git ignores) names the page:
a clone in which this has not run still has DVC's own page.
"""

from pathlib import Path

import vl_convert
from dvc.repo import Repo

from textrnn import atomic

PAGE = Path(".dvc") / "tmp" / "plots.html"
VERSION = "5.21"  # of Vega-Lite: the last 5, for which DVC's own templates are written
_SNIPPET = "window.vegaEmbed = vegaEmbed;"

# DVC puts its plots in place of {plot_divs}, and of {scripts}, if it were here, those of a server.
_HTML = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  {refresh_tag}
  <title>DVC plots</title>
  <style>
    body { font-family: system-ui, sans-serif; margin: 1.5rem; background: #fff; color: #222 }
    main { display: flex; flex-wrap: wrap; gap: 2rem 3rem; align-items: flex-start }
  </style>
  <script type="module">%s</script>
  <script>
    // The bundle is a module, which a page runs last; until then plots wait here.
    const waiting = [];
    window.vegaEmbed = (...plot) => waiting.push(plot);
    window.addEventListener("DOMContentLoaded", () =>
      waiting.forEach(([id, spec]) => window.vegaEmbed(id, spec, { actions: false })));
  </script>
</head>
<body>
<main>
  {plot_divs}
</main>
</body>
</html>
"""


def prepare() -> Path:
    """Write the page, and have DVC use it in this clone; return where it is."""
    scripts = vl_convert.javascript_bundle(_SNIPPET, vl_version=VERSION)
    with atomic.file(PAGE) as part:
        part.write_text(
            _HTML % scripts.replace("</script", "<\\/script"), encoding="utf-8", newline="\n"
        )
    with Repo() as repo, repo.config.edit("local") as config:
        config.setdefault("plots", {})["html_template"] = PAGE.relative_to(".dvc").as_posix()
    return PAGE
