"""What is compared: each file starts one proxy, with fair settings or as its package has it."""

from .caddy import Caddy
from .envoy import Envoy
from .floor import Direct, Relay
from .gapura import Gapura
from .haproxy import Haproxy
from .nginx import Nginx
from .traefik import Traefik

# Gapura first, then who it is measured against, then the bounds.
ALL = {peer.name: peer for peer in (Gapura, Haproxy, Nginx, Caddy, Traefik, Envoy, Relay, Direct)}
