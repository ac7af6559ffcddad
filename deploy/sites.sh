# Part of keys.sh: what makes a NATS server a hub, and what each site that joins it gets.

# $1: names or addresses, with commas between. The authority is ours alone and lasts; the certificate is made anew for other
# names, or when its file was deleted.
certificate() {
    command -v openssl >/dev/null || { echo "keys.sh --hub needs openssl: apt-get install openssl" >&2 && exit 69; }
    if [ ! -e secrets/hub-ca.pem ]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7300 -subj "/CN=rero hub" \
            -keyout secrets/hub-ca.key -out secrets/hub-ca.pem 2>/dev/null
    fi
    if [ -e secrets/hub.pem ] && [ "$(cat secrets/hub.names)" = "$1" ]; then
        return
    fi
    others=
    for name in $(echo "$1" | tr ',' ' '); do
        case "$name" in
        *[!0-9.]*) others="$others,DNS:$name" ;;
        *) others="$others,IP:$name" ;;
        esac
    done
    rm -f secrets/hub.pem secrets/hub.key secrets/hub.names
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=rero hub server" \
        -addext "subjectAltName=${others#,}" -addext "basicConstraints=critical,CA:FALSE" \
        -addext "extendedKeyUsage=serverAuth" -CA secrets/hub-ca.pem -CAkey secrets/hub-ca.key \
        -keyout secrets/hub.key -out secrets/hub.pem 2>/dev/null
    echo "$1" >secrets/hub.names
}

# $1: the site's name; $2: camera or viewers; $3: the highest quality over the line.
join() {
    place="sites/$1"
    mkdir -p "$place"
    public="$(nkey "leaf-$1")"
    rm -f "$place/leaf-key.conf"
    printf 'nkey: %s\n' "$(cat "secrets/leaf-$1.nkey")" >"$place/leaf-key.conf"
    cp -f secrets/hub-ca.pem "$place/hub-ca.pem"
    touch secrets/sites
    chmod u+w secrets/sites
    others="$(grep -v "^$1 " secrets/sites || true)"
    printf '%s\n' "$others" "$1 $2 $public $3" | sed '/^$/d' >secrets/sites
    rm -f "$place/site.env"
    echo "HUB_URL=tls://$(cut -d, -f1 secrets/hub.names):7422" >"$place/site.env"
    case "$2" in
    camera) printf 'COMPOSE_FILE=compose.edge.yaml\nCAPTURE_CAMERA_ID=%s\n' "$1" >>"$place/site.env" ;;
    viewers) printf 'COMPOSE_FILE=compose.yaml:compose.viewers.yaml\nGATEWAY_QUALITY_LIMIT=%s\n' "$3" >>"$place/site.env" ;;
    esac
    echo "deploy/$place becomes deploy/secrets at the site; there: deploy/keys.sh, and docker compose up -d --wait" >&2
}

# The users of all sites, as nats-server reads them.
site_users() {
    while read -r name kind key best; do
        if [ "$kind" = camera ]; then
            sed "s/@CAMERA@/$name/g; s/@NKEY@/$key/g" nats-camera-site.conf
            continue
        fi
        # Small pictures cost less than any full one of the line's quality.
        renditions="q30s4 q60s4 q80s4 q30s2 q40s2 q50s2 q60s2 q70s2 q80s2"
        quality=30
        while [ "$quality" -le "$best" ]; do
            renditions="$renditions q$quality"
            quality=$((quality + 5))
        done
        leases= frames=
        for one in $renditions; do
            leases="$leases, \"\$JS.hub.API.\$KV.demand.$one.*\", \"\$JS.hub.API.\$KV.demand.*.$one.*\""
            frames="$frames, \"frames.$one\", \"frames.*.$one\""
        done
        sed "s/@SITE@/$name/g; s/@NKEY@/$key/g; s/@LEASES@/${leases#, }/; s/@FRAMES@/${frames#, }/" nats-viewer-site.conf
    done <secrets/sites
}
