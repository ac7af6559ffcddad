//! What people have reported of cameras and their readers, each as the bytes that it is about, written from the description
//! of the report: of go2rtc, Tasmota, esp32cam, multipart-stream-rs, py-mjpeg, node-mjpeg-proxy, viseron, esp32-camera and
//! Paparazzo.js. Damage is in [`super::damage`], freezing and the one client are in [`super::outages`], Digest is in
//! [`super::logins`].

use super::*;

/// One report: the head, what stands before the first picture, and what is around each.
struct Report {
    name: &'static str,
    head: &'static [&'static str],
    first: &'static str,
    around: fn(&[u8]) -> Vec<u8>,
}

fn between(before: &str, picture: &[u8], behind: &str) -> Vec<u8> {
    [before.as_bytes(), picture, behind.as_bytes()].concat()
}

/// One chunk of a chunked answer.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

const TYPE: &str = "Content-Type: image/jpeg\r\n\r\n";

const REPORTS: &[Report] = &[
    Report {
        name: "1: the first part has no boundary line",
        head: &MULTIPART,
        first: "",
        around: |picture| between(TYPE, picture, "\r\n--frame\r\n"),
    },
    Report {
        name: "2: parts have no Content-Length",
        head: &MULTIPART,
        first: "",
        around: |picture| {
            between(
                "--frame\r\nContent-Type: image/jpeg\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "3: each boundary line comes twice",
        head: &MULTIPART,
        first: "",
        around: |picture| {
            between(
                "--frame\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "4 and 5: the boundary stands behind each part only, without a blank line before",
        head: &MULTIPART,
        first: TYPE,
        around: |picture| between("", picture, "--frame\r\nContent-Type: image/jpeg\r\n\r\n"),
    },
    Report {
        name: "6: the header's boundary has the dashes already",
        head: &[
            "HTTP/1.0 200 OK",
            "Content-Type: multipart/x-mixed-replace;boundary=--frame",
        ],
        first: "",
        around: |picture| {
            between(
                "--frame\r\nContent-Type: image/jpeg\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "6: or the body has them twice",
        head: &[
            "HTTP/1.0 200 OK",
            "Content-Type: multipart/x-mixed-replace;boundary=--frame",
        ],
        first: "\r\n",
        around: |picture| {
            between(
                "----frame\r\nContent-Type: image/jpeg\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "7: a blank before the = of the boundary",
        head: &[
            "HTTP/1.1 200 OK",
            "Content-Type: multipart/x-mixed-replace; boundary =--frame",
        ],
        first: "",
        around: part,
    },
    Report {
        name: "8: no newline between boundary and header",
        head: &MULTIPART,
        first: "",
        around: |picture| between("--frameContent-type: image/jpeg\r\n\r\n", picture, "\r\n"),
    },
    Report {
        name: "9: multipart in a chunked answer, chunks as it comes",
        head: &[
            "HTTP/1.1 200 OK",
            "Content-Type: multipart/x-mixed-replace;boundary=frame",
            "Transfer-Encoding: chunked",
        ],
        first: "",
        around: |picture| {
            let (one, other) = picture.split_at(picture.len() / 3);
            [
                chunk(b"\r\n--frame\r\n"),
                chunk(TYPE.as_bytes()),
                chunk(one),
                chunk(other),
            ]
            .concat()
        },
    },
    Report {
        name: "10: headers of the camera's own",
        head: &[
            "HTTP/1.1 200 OK",
            "Server: D-Link",
            "X-Odd : yes",
            "No colon at all",
            "Content-Type: multipart/x-mixed-replace;boundary=frame",
        ],
        first: "",
        around: |picture| {
            between(
                "--frame\r\nX-Frame: 1\r\nX-Audio: no\r\nContent-Type: image/jpeg\r\nX-Time: now\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "lengths that are wrong",
        head: &MULTIPART,
        first: "",
        around: |picture| {
            between(
                "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 7\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "lengths that are no numbers, or far too large",
        head: &MULTIPART,
        first: "",
        around: |picture| {
            between(
                "--frame\r\nContent-Length: 99999999999999999999\r\nContent-Length: x\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "no newline behind the picture",
        head: &MULTIPART,
        first: "",
        around: |picture| between("--frame\r\nContent-Type: image/jpeg\r\n\r\n", picture, ""),
    },
    Report {
        name: "newlines without returns",
        head: &MULTIPART,
        first: "",
        around: |picture| between("--frame\nContent-Type: image/jpeg\n\n", picture, "\n"),
    },
    Report {
        name: "garbage and zeros between parts",
        head: &MULTIPART,
        first: "\0\0garbage \u{fffd}",
        around: |picture| [b"\0\xff\xff\0\xd8--frame--\r\n\r\n", picture, &[0; 700]].concat(),
    },
    Report {
        name: "another boundary than announced",
        head: &MULTIPART,
        first: "",
        around: |picture| {
            between(
                "--myboundary\r\nContent-Type: image/jpeg\r\n\r\n",
                picture,
                "\r\n",
            )
        },
    },
    Report {
        name: "the type of the answer is wrong",
        head: &["HTTP/1.1 200 OK", "Content-Type: text/html"],
        first: "",
        around: part,
    },
    Report {
        name: "there is no type, and nothing around the pictures",
        head: &["HTTP/1.0 200 OK"],
        first: "",
        around: |picture| picture.to_vec(),
    },
];

#[tokio::test]
async fn what_is_wrong_around_the_pictures_makes_no_difference() {
    for Report {
        name,
        head,
        first,
        around,
    } in REPORTS
    {
        println!("{name}");
        let http = streaming(head);
        http.send(first.as_bytes());
        let address = format!("http://{}/", http.address()).parse().unwrap();
        let client = Client::new(&address, &HttpSettings::default()).unwrap();
        let answer = client.ask().await.unwrap();
        let mut pictures = Pictures::new(answer, client.at().clone());
        // Each is found without those behind it, and none is taken for damaged.
        for number in 0..4 {
            http.send(&around(&picture(number)));
            let mut came = Vec::new();
            let next = tokio::time::timeout(HTTP_TEST_TIMEOUT, pictures.next(&mut came)).await;
            assert!(next.expect(name).expect(name), "{name}: damaged");
            assert_eq!(shade(&came), number, "{name}");
        }
        assert_eq!(http.seen().open_at_once, 1);
    }
}
