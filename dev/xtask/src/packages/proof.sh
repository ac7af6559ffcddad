#!/bin/sh
# What the packages promise, looked at as root in a Debian with systemd: /debs/1 and /debs/2 are two revisions of them.
set -u
failed=0
check() { # $1: a sentence; the rest: what must succeed
    sentence="$1"
    shift
    if said="$("$@" 2>&1)"; then
        echo "  ok      $sentence"
    else
        failed=$((failed + 1))
        echo "  FAILED  $sentence"
        echo "$said" | tail -n 20 | sed 's/^/          /'
    fi
}
within() { # $1: seconds; the rest: what must succeed by then
    end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.2
    done
}

property() { systemctl show --value --property "$2" "$1"; }
active() { [ "$(property "$1" ActiveState)" = active ]; }
picture() { # a whole JPEG with our stamp, through the gateway
    curl --silent --fail --max-time 10 --output /tmp/picture.jpg http://127.0.0.1:6732/snapshot.jpg &&
        [ "$(od -An -tx1 -N2 /tmp/picture.jpg | tr -d ' ')" = ffd8 ] &&
        [ "$(tail -c2 /tmp/picture.jpg | od -An -tx1 | tr -d ' ')" = ffd9 ] &&
        grep --quiet --text 'RERO1 run=' /tmp/picture.jpg
}
page() { curl --silent --fail http://localhost:6732/ | grep --quiet '<title>'; }
install() { # $1: folder with packages; as the README has it
    (cd "$1" && apt install --yes ./*.deb)
}
go_back() { # $1: folder with older packages
    (cd "$1" && apt install --yes --allow-downgrades ./*.deb)
}
only_loopback() { # of all that listens, in the kernel's own words: state 0A, and an address that is not 127.x or ::1
    ! awk '$4 == "0A" && $2 !~ /^[0-9A-F]{6}7F:/ && $2 !~ /^0{24}01000000:/' /proc/net/tcp /proc/net/tcp6 | grep .
}
seeds() { sha256sum /var/lib/private/rero-cctv/*.nkey; }
kept_from_others() { # seeds and what systemd hands to the services
    [ "$(stat -c %a /var/lib/private/rero-cctv)" = 700 ] &&
        [ "$(stat -c %a /var/lib/private/rero-cctv/capture.nkey)" = 600 ]
}
exposure() { # $1: unit; at most 2.0
    score="$(systemd-analyze security --no-pager "$1.service" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')"
    echo "          systemd-analyze security $1: $score" >&3
    awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 2.0) }'
}
another() { # $1: unit, $2: the process before; another one runs
    pid="$(property "$1" MainPID)"
    [ "$pid" != 0 ] && [ "$pid" != "$2" ] && active "$1"
}
replaced() { # $1: unit, $2: signal, $3: seconds
    before="$(property "$1" MainPID)"
    kill -s "$2" "$before"
    within "$3" another "$1" "$before"
}
same_process() { [ "$(property "$1" MainPID)" = "$2" ] && active "$1"; }
status_says() { property "$1" StatusText | grep --quiet "$2"; }
journal_says() { journalctl --no-pager --unit "$1" | grep --quiet "$2"; }
camera_state() { curl --silent --max-time 5 http://127.0.0.1:6732/api/status | grep --quiet "$1"; }
listing() { # all files but what Debian itself writes down about installing and running
    find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /dev -o -path /debs -o -path /var/log \
        -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/tmp -o -path /root \) -prune -o -print | sort
}
exec 3>&1

# Which every Debian has that ever made a user; it comes with nats-server and stays.
apt-get install --yes --quiet adduser >/dev/null
listing >/tmp/before
echo "install"
check "apt installs the packages by their files" install /debs/1
for unit in rero-keys rero-nats capture-svc gateway-svc; do
    check "$unit runs without an edit" within 40 active $unit
done
check "a picture comes through the gateway" within 30 picture
check "the page is served" page
check "nobody listens beyond loopback" only_loopback
check "keys are nobody's but their service's" kept_from_others
check "so are the files of settings, which may have secrets" [ "$(stat -c %a /etc/rero-cctv/*.env | sort -u)" = 640 ]
check "status says that it is ready" status_says capture-svc ready
check "metrics are those of the process, too" sh -c "curl -s http://127.0.0.1:9101/metrics | grep -q ^process_resident"
check "no setting and no call was refused" sh -c "! journalctl --no-pager -u capture-svc -u gateway-svc | grep -iE 'not permitted|no setting|descriptors'"
for unit in rero-keys rero-nats capture-svc gateway-svc; do
    check "$unit is locked down: 2.0 at the most" exposure $unit
done

echo "faults"
check "a killed gateway is replaced" replaced gateway-svc KILL 20
check "and shows a picture" within 30 picture
check "a capture that stands still is replaced by the watchdog" replaced capture-svc STOP 60
check "which says so" journal_says capture-svc 'Watchdog timeout'
check "and shows a picture" within 30 picture
capture="$(property capture-svc MainPID)"
systemctl stop rero-nats
check "without its bus capture waits and says for what" within 20 status_says capture-svc 'NATS is not connected'
check "and is not restarted, which would help nobody" same_process capture-svc "$capture"
systemctl start rero-nats
check "and goes on" within 30 picture
check "it is the same process" same_process capture-svc "$capture"

echo "keys and privacy"
privacy() { # as docs/operating.md has it
    NATS_URL=nats://127.0.0.1:4223 NATS_NKEY_FILE=/var/lib/private/rero-cctv/capture.nkey capture-svc privacy "$1"
}
check "root closes the camera" privacy on
check "and it is closed" within 10 camera_state '"reason":"privacy"'
check "root lets it open again" privacy off
old="$(seeds)"
rm /var/lib/private/rero-cctv/gateway.nkey
check "a key that was deleted is made anew" systemctl restart rero-keys
check "and is another one" [ "$(seeds)" != "$old" ]
check "which the bus knows: there is a picture" within 40 picture

echo "settings"
echo GATEWAY_LISTEN=nowhere >>/etc/rero-cctv/gateway.env
systemctl restart gateway-svc 2>/dev/null
check "a wrong setting ends the start, once" within 10 sh -c '[ "$(systemctl show --value -p ActiveState gateway-svc)" = failed ]'
check "with the words that help" journal_says gateway-svc 'GATEWAY_LISTEN="nowhere"'
sed -i '/nowhere/d' /etc/rero-cctv/gateway.env
check "mended, it starts" systemctl restart gateway-svc
check "and shows a picture" within 30 picture

echo "a camera's node without a driver"
node() { # $1: major number, $2: group; what somebody who asks for a picture is told is in /tmp/reason
    rm -f /dev/video0 && mknod /dev/video0 c "$1" 0 && chgrp "$2" /dev/video0 && chmod 660 /dev/video0
    systemctl restart capture-svc
}
reason() { # asked for until it is so
    curl --silent --output /dev/null --max-time 3 http://127.0.0.1:6732/snapshot.jpg
    camera_state "\"reason\":\"$1\""
}
echo CAPTURE_SOURCE=/dev/video0 >>/etc/rero-cctv/capture.env
node 81 video
check "the unit may open it: what is missing is the camera" within 20 reason '\(not_found\|unplugged\)'
node 81 root
check "who is not in its group may not" within 20 reason permission
# Numbers of a printer's port, which no driver of this machine has either.
node 99 video
check "and no other device, whoever may read it" within 20 reason permission
rm /dev/video0
sed -i '/video0/d' /etc/rero-cctv/capture.env
systemctl restart capture-svc

echo "upgrade"
check "before it there is a picture" within 30 picture
echo CAPTURE_WIDTH=640 >>/etc/rero-cctv/capture.env
keys="$(seeds)"
capture="$(property capture-svc MainPID)"
check "apt upgrades to the second revision" install /debs/2
check "which runs" another capture-svc "$capture"
check "with the same keys" [ "$(seeds)" = "$keys" ]
check "with the settings that were made" grep --quiet CAPTURE_WIDTH=640 /etc/rero-cctv/capture.env
check "and shows a picture" within 30 picture
check "apt goes back to the first" go_back /debs/1
check "which shows a picture" within 30 picture

echo "remove"
check "apt removes them" apt-get remove --yes --quiet rero-cctv capture-svc gateway-svc
check "nothing of it runs" sh -c '! pgrep --exact "capture-svc|gateway-svc"'
check "settings and keys stay" [ "$(seeds)" = "$keys" ]
check "apt purges them" apt-get purge --yes --quiet rero-cctv capture-svc gateway-svc
check "and what came with them" apt-get autoremove --purge --yes --quiet
listing >/tmp/after
check "nothing is left" diff /tmp/before /tmp/after

[ "$failed" = 0 ] || echo "$failed failed"
[ "$failed" = 0 ]
