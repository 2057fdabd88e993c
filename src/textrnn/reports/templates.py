"""The templates of the page and of the cards."""

import jinja2


def load(name: str) -> jinja2.Template:
    """Return a template; what is put into HTML is escaped, and an unknown name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("textrnn.reports", "layout"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["capitalised"] = lambda text: text[:1].upper() + text[1:]
    return environment.get_template(name)
