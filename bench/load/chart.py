"""CPU time per request of all proxies in all cases as a picture, HAProxy's being 1. Plain SVG."""

from xml.sax.saxutils import escape

from statistic import median, ratio

COLOURS = {"gapura": "#0b6e4f", "haproxy": "#9aa5b1", "nginx": "#6c8ebf", "caddy": "#c9a227",
           "traefik": "#b0578d", "envoy": "#d1603d", "relay": "#d3d9df"}
LABEL_WIDTH, BAR_WIDTH, RIGHT_WIDTH = 170, 460, 70
BAR_HEIGHT, GAP, TOP = 11, 12, 46
RATIO_MAX = 3.0  # longer bars are cut, and their number says so


def bars(cases):
    """(case, [(peer, ratio to HAProxy)]) of the cases that HAProxy is in."""
    for case, by_peer in cases.items():
        base = by_peer.get("haproxy", [])
        key = "cpu_us" if median(base, "cpu_us") else "rate_cpu_us"  # what has no closed loop
        found = [(peer, ratio(runs, base, key))
                 for peer, runs in by_peer.items() if peer in COLOURS]
        found = [(peer, value) for peer, value in found if value is not None]
        if found:
            yield case, found


def text(x, y, words, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{escape(words)}</text>'


def legend(peers):
    parts, x = [], LABEL_WIDTH
    for peer in peers:
        parts.append(f'<rect x="{x}" y="26" width="10" height="10" fill="{COLOURS[peer]}"/>')
        parts.append(text(x + 14, 35, peer))
        x += 14 + 9 * len(peer) + 10
    return parts


def draw(cases, title):
    """The picture's text; None: there is nothing to compare with HAProxy."""
    groups = list(bars(cases))
    if not groups:
        return None
    scale = BAR_WIDTH / RATIO_MAX
    parts = [text(8, 16, title, ' font-weight="bold"')]
    present = {peer for _, found in groups for peer, _ in found}
    parts += legend([peer for peer in COLOURS if peer in present])
    y = TOP
    for case, found in groups:
        middle = y + BAR_HEIGHT * len(found) / 2 + 4
        parts.append(text(LABEL_WIDTH - 8, middle, case, ' text-anchor="end"'))
        for peer, value in found:
            width = scale * min(value, RATIO_MAX)
            parts.append(f'<rect x="{LABEL_WIDTH}" y="{y}" width="{width:.1f}" '
                         f'height="{BAR_HEIGHT - 2}" fill="{COLOURS[peer]}"/>')
            parts.append(text(LABEL_WIDTH + width + 4, y + 8, f"{value:.2f}", ' font-size="9"'))
            y += BAR_HEIGHT
        y += GAP
    one = LABEL_WIDTH + scale
    parts.append(f'<line x1="{one:.0f}" y1="{TOP - 4}" x2="{one:.0f}" y2="{y - GAP}" '
                 'stroke="#555" stroke-dasharray="3 3"/>')
    size = f'width="{LABEL_WIDTH + BAR_WIDTH + RIGHT_WIDTH}" height="{y}"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" '
            'font-size="12" fill="#222">\n<rect width="100%" height="100%" fill="#fff"/>\n'
            + "\n".join(parts) + "\n</svg>\n")
