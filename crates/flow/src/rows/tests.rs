//! Files as real programs write them, and what is said of those that are wrong.

use super::*;
use url::Url;

fn files(folder: &tempfile::TempDir) -> FlowFiles {
    crate::files::FileAccess::default().of_flow(folder.path())
}

async fn all(name: &str, text: &[u8], with: Value) -> Result<Vec<Value>, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows"), text).unwrap();
    let mut with = with.as_object().cloned().unwrap();
    with.insert("file".into(), "rows".into());
    let mut rows = Rows::open(source(name).unwrap(), &with, &files(&folder)).map_err(|fault| fault.detail.unwrap())?;
    let mut list = Vec::new();
    loop {
        match rows.next().await {
            Ok(Some(row)) => list.push(row),
            Ok(None) => return Ok(list),
            Err(fault) => {
                let text = fault.detail.unwrap();
                return Err(text.split("rows: ").last().unwrap().to_owned());
            }
        }
    }
}

#[tokio::test]
async fn files_are_read_row_by_row() {
    let read = |name, text: &'static str| async move { all(name, text.as_bytes(), json!({})).await.unwrap() };
    assert_eq!(
        read("readCsv", "\u{feff}mail,name\nada@example.com,\"Ada, Countess\"\nbob@example.com,\n").await,
        [json!({"mail": "ada@example.com", "name": "Ada, Countess"}), json!({"mail": "bob@example.com"})]
    );
    assert_eq!(
        all("readCsv", b"mail;name\na;b\n", json!({"delimiter": ";"})).await.unwrap(),
        [json!({"mail": "a", "name": "b"})]
    );
    assert_eq!(read("readJson", " [1, {\"a\": [2]}] ").await, [json!(1), json!({"a": [2]})]);
    assert_eq!(read("readJson", "{\"totalResults\": 2, \"Resources\": [1, 2], \"x\": {}}").await, [1, 2]);
    assert_eq!(read("readNdjson", "{\"a\": 1}\r\n\n2").await, [json!({"a": 1}), json!(2)]);
    let ldif = "version: 1\n# people\n of long comments\ndn: cn=Ada,dc=example\n ,dc=com\nmail: ada@example.com\nmail: a@b\ncn:: w4Ru\n\n\n\
                dn: cn=Bob\nchangetype: add\ncn: Bob";
    assert_eq!(
        read("readLdif", ldif).await,
        [
            json!({"dn": "cn=Ada,dc=example,dc=com", "mail": ["ada@example.com", "a@b"], "cn": ["Än"]}),
            json!({"dn": "cn=Bob", "cn": ["Bob"]})
        ]
    );
    for (name, text) in [("readCsv", ""), ("readNdjson", ""), ("readLdif", ""), ("readJson", "[]")] {
        assert_eq!(read(name, text).await, Vec::<Value>::new(), "{name}");
    }
}

#[tokio::test]
async fn a_row_ends_before_it_is_too_long_and_only_files_are_opened() {
    let long = "x".repeat(LONGEST + (1 << 17));
    for (name, text) in [
        ("readCsv", format!("a\n\"{long}\n")),
        ("readJson", format!("[\"{long}")),
        ("readNdjson", format!("\"{long}")),
        ("readLdif", format!("dn: a\ncn: {}", "b\n ".repeat(LONGEST / 3 + (1 << 17)))),
    ] {
        let error = all(name, text.as_bytes(), json!({})).await.unwrap_err();
        assert!(error.contains("a row is longer than 16777216 bytes"), "{name}: {error}");
    }
    // What is passed over is no row.
    let text = format!("{{\"other\": \"{long}\", \"Resources\": [1]}}");
    assert_eq!(all("readJson", text.as_bytes(), json!({})).await.unwrap(), [1]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    for (name, told) in [("folder", "is no file"), ("/dev/zero", "or allow it with --allow read")] {
        let with = json!({"file": name});
        let opened = Rows::open(source("readCsv").unwrap(), with.as_object().unwrap(), &files(&folder));
        let Err(fault) = opened else { panic!("{name} is opened") };
        let text = fault.detail.unwrap();
        assert!(text.ends_with(told) || cfg!(windows), "{text}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_with_its_line() {
    let rows: [(&str, &[u8], Value, &str); 36] = [
        ("readNdjson", b"1\n\n{\"a\": [\"x\\u0000\"]}\n", json!({}), "line 3: it holds a NUL character (\\u0000)"),
        ("readNdjson", b"{\"a\\u0000\": 1}\n", json!({}), "line 1: it holds a NUL character (\\u0000)"),
        ("readJson", b"[1,\n{\"a\": \"\\u0000\"}\n]", json!({}), "row 2: it holds a NUL character (\\u0000)"),
        // Rows of delimiters count as blank lines do.
        ("readCsv", b"a,b\n,\n, \n1\n", json!({}), "line 4: it has 1 cells, and the header has 2"),
        ("readCsv", b",,\na,a\n", json!({}), "line 2: two columns are called \"a\""),
        ("readCsv", b"a,b\n1,2\n3\n", json!({}), "line 3: it has 1 cells, and the header has 2"),
        ("readCsv", b"a,a\n", json!({}), "line 1: two columns are called \"a\""),
        ("readCsv", b"a,\n", json!({}), "line 1: column 2 has no name"),
        ("readCsv", b"a\n\xff\n", json!({}), "line 2: it is not UTF-8; name another `encoding`, such as windows-1252"),
        (
            "readCsv",
            b"a\n",
            json!({"delimiter": "::"}),
            "`delimiter` must be one character such as \";\" or \"tab\", not \"::\"",
        ),
        ("readCsv", b"a\n", json!({"delimeter": ";"}), "readCsv takes no `delimeter`; did you mean \"delimiter\"?"),
        ("readJson", b"[1, }", json!({}), "line 1, column 5: expected value"),
        ("readJson", b"{\"a\": 1}", json!({}), "line 1, column 8: the object has no list `Resources`"),
        (
            "readJson",
            b"7",
            json!({}),
            "line 1, column 1: invalid type: integer `7`, expected a list, or an object with the list `Resources`",
        ),
        ("readNdjson", b"1\n{\n", json!({}), "line 2, column 1: it is not JSON"),
        ("readNdjson", b"\xff\n", json!({}), "line 1: it is not UTF-8; name another `encoding`, such as windows-1252"),
        ("readLdif", b"cn: Ada\n", json!({}), "line 1: an entry begins with dn, not with cn"),
        (
            "readLdif",
            b"dn: a\nchangetype: delete\n",
            json!({}),
            "line 2: changetype: delete is a change, and only entries are read",
        ),
        // Blank lines count.
        ("readCsv", b"a,b\n\n\n1\n", json!({}), "line 4: it has 1 cells, and the header has 2"),
        ("readCsv", b"\na,b\r\n\r\n\"1\n2\",2\r\n3\r\n", json!({}), "line 6: it has 1 cells, and the header has 2"),
        ("readCsv", b"a,b\r1,2\r\r3\r", json!({}), "line 4: it has 1 cells, and the header has 2"),
        ("readCsv", b"sep=;\na;a\n", json!({}), "line 2: two columns are called \"a\""),
        ("readCsv", b"a,b\n1,2\n\"3,4\n5,6\n", json!({}), "line 3: a quote is opened and never closed"),
        ("readCsv", b"a,b\n\n\"3\"x,4\n", json!({}), "line 3: there is text behind a closing quote"),
        (
            "readCsv",
            b"a\n\nx\0y\n",
            json!({}),
            "line 3: it holds a NUL character; for a file in UTF-16 write `encoding: utf-16le`",
        ),
        ("readCsv", b"\xff\xfea\0\n\0\0\xd8", json!({}), "line 2: it is not UTF-16LE"),
        ("readCsv", b"a\n", json!({"trim": "yes"}), "`trim` must be true or false, not \"yes\""),
        (
            "readCsv",
            b"a\n",
            json!({"encoding": "ebcdic"}),
            "`encoding` must be one such as \"utf-16le\" or \"windows-1252\", not \"ebcdic\"",
        ),
        ("readCsv", b"a\tb\n\nx\\", json!({"format": "copy"}), "line 2: it has 1 cells, and the header has 2"),
        ("readCsv", b"a\tb\n1\tx\\\n", json!({"format": "copy"}), "line 2: a backslash stands at the end of a cell"),
        ("readNdjson", b"1\n\n\n{\n", json!({}), "line 4, column 1: it is not JSON"),
        (
            "readJson",
            b"[1,\n2,\n\"\0\"]",
            json!({}),
            "line 3: it holds a NUL character; for a file in UTF-16 write `encoding: utf-16le`",
        ),
        (
            "readLdif",
            b"# extended LDIF\n\ndn: cn=a\ncn: a\n\n# search result\nsearch: 2\nresult: 4 Size limit exceeded\n",
            json!({}),
            "line 8: ldapsearch ended with \"4 Size limit exceeded\": the file does not have everything",
        ),
        ("readLdif", b"dn: a\ncn:: ?\n", json!({}), "line 2: the value of cn is not base64"),
        ("readLdif", b"dn:: /w==\ncn: a\n", json!({}), "line 1: the dn is no text"),
        (
            "readLdif",
            b"dn: a\njpegPhoto:< file:///etc/passwd\n",
            json!({}),
            "line 2: the value of jpegPhoto is in a file; name the folder such files are in as `references`, or export without it (ldapsearch without -t)",
        ),
    ];
    for (name, text, with, expected) in rows {
        assert_eq!(all(name, text, with).await.unwrap_err(), expected, "{name}");
    }
}

/// UTF-16 as Excel and PowerShell write it, with its mark or without.
fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    text.encode_utf16().flat_map(bytes).collect()
}

#[tokio::test]
async fn files_of_every_encoding_are_read_by_their_mark_or_by_name() {
    let people = "mail;name\r\nada@example.com;Zoë Ångström\r\n";
    let expected = [json!({"mail": "ada@example.com", "name": "Zoë Ångström"})];
    let windows: Vec<u8> = people.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let rows = [
        (people.as_bytes().to_vec(), None),
        (format!("\u{feff}{people}").into_bytes(), None),
        // A mark says more than a name.
        (format!("\u{feff}{people}").into_bytes(), Some("windows-1252")),
        (utf16(&format!("\u{feff}{people}"), true), None),
        (utf16(&format!("\u{feff}{people}"), false), None),
        (utf16(people, true), Some("utf-16le")),
        (utf16(people, false), Some("UTF-16BE")),
        (windows.clone(), Some("windows-1252")),
        (windows, Some("iso-8859-1")),
    ];
    for (bytes, encoding) in rows {
        let with = json!({"delimiter": ";", "encoding": encoding});
        assert_eq!(all("readCsv", &bytes, with).await.unwrap(), expected, "{encoding:?} {bytes:?}");
    }
    // The euro sign is where ISO 8859-1 has none; other files have marks, too.
    let euro = all("readCsv", b"a\n\x80\n", json!({"encoding": "windows-1252"})).await.unwrap();
    assert_eq!(euro, [json!({"a": "€"})]);
    assert_eq!(all("readNdjson", &utf16("\u{feff}{\"a\": 1}\r\n2\r\n", true), json!({})).await.unwrap().len(), 2);
    assert_eq!(all("readJson", &utf16("\u{feff}[\"Zoë\"]", true), json!({})).await.unwrap(), [json!("Zoë")]);
    let ldif = all("readLdif", &utf16("\u{feff}dn: cn=a\r\ncn: Zoë\r\n", true), json!({})).await.unwrap();
    assert_eq!(ldif, [json!({"dn": "cn=a", "cn": ["Zoë"]})]);
    // Characters that stand across the portions a file is read in.
    let long = format!("a\n{}\n", "ë€😀".repeat(20_000));
    for bytes in [long.clone().into_bytes(), utf16(&format!("\u{feff}{long}"), false)] {
        let read = all("readCsv", &bytes, json!({})).await.unwrap();
        assert_eq!(read[0]["a"].as_str().unwrap(), long.lines().nth(1).unwrap());
    }
}

#[tokio::test]
async fn cells_are_trimmed_as_the_flow_says_and_excel_may_name_the_delimiter() {
    let text = b"userName , title\n ada@example.com ,\tDr\nbob@example.com, \" Dr \"\n   \n";
    let read = async |with| all("readCsv", text, with).await.unwrap();
    let [ada, ada_blank] = ["ada@example.com", " ada@example.com "];
    // What is quoted is meant so.
    let [bob, quoted] = [json!("bob@example.com"), json!(" Dr ")];
    assert_eq!(
        read(json!({})).await,
        [json!({"userName": ada, "title": "Dr"}), json!({"userName": bob, "title": quoted})]
    );
    let all_trimmed = read(json!({"trim": true})).await;
    assert_eq!(all_trimmed, [json!({"userName": ada, "title": "Dr"}), json!({"userName": bob, "title": "Dr"})]);
    let exact = all("readCsv", b"userName,title\n ada@example.com ,\tDr\n", json!({"trim": false})).await.unwrap();
    assert_eq!(exact, [json!({"userName": ada_blank, "title": "\tDr"})]);
    let excel = json!({"a": "1", "b": "2,5"});
    for text in ["sep=;\r\na;b\r\n1;2,5\r\n", "\u{feff}\"sep=;\"\r\na;b\r\n1;2,5\r\n", "SEP=\t\na\tb\n1\t2,5\n"] {
        assert_eq!(all("readCsv", text.as_bytes(), json!({})).await.unwrap(), std::slice::from_ref(&excel), "{text}");
    }
    assert_eq!(all("readCsv", b"sep=,\na,b\n1,2\n", json!({})).await.unwrap(), [json!({"a": "1", "b": "2"})]);
    assert_eq!(all("readCsv", b"sep=;\na,b\n1,2\n", json!({"delimiter": ","})).await.unwrap().len(), 1);
    // Rows that were emptied in a spreadsheet; the longer ones, too.
    for text in ["a,b\n1,2\n,\n , \t\n,,,\n3,4\n,\n", "sep=;\r\na;b\r\n1;2\r\n;\r\n3;4\r\n;;;"] {
        let rows = all("readCsv", text.as_bytes(), json!({})).await.unwrap();
        assert_eq!(rows, [json!({"a": "1", "b": "2"}), json!({"a": "3", "b": "4"})], "{text:?}");
    }
    assert_eq!(all("readCsv", b"a,b\n\"\",\n", json!({})).await.unwrap(), [json!({"a": ""})], "a quoted one is said");
    // A file without a header.
    let with = json!({"columns": ["mail", "name"]});
    assert_eq!(
        all("readCsv", b"a@example.com,A\n", with).await.unwrap(),
        [json!({"mail": "a@example.com", "name": "A"})]
    );
}

#[tokio::test]
async fn what_postgresql_writes_tells_null_from_the_empty_text() {
    // \copy (VALUES ('ada', NULL, ''), ('bob', '', NULL), ('a"b', E'two\nlines', '\.')) TO STDOUT CSV HEADER
    let csv = b"name,title,note\nada,,\"\"\nbob,\"\",\n\"a\"\"b\",\"two\nlines\",\"\\.\"\n";
    let strange = json!({"name": "a\"b", "title": "two\nlines", "note": "\\."});
    assert_eq!(
        all("readCsv", csv, json!({})).await.unwrap(),
        [json!({"name": "ada", "note": ""}), json!({"name": "bob", "title": ""}), strange.clone()]
    );
    assert_eq!(
        all("readCsv", csv, json!({"null": ""})).await.unwrap(),
        [json!({"name": "ada", "title": null, "note": ""}), json!({"name": "bob", "title": "", "note": null}), strange]
    );
    // NULL '\N': an empty cell is a text, and so is what is quoted.
    assert_eq!(
        all("readCsv", b"a,b,c\n\\N,,\"\\N\"\n", json!({"null": "\\N"})).await.unwrap(),
        [json!({"a": null, "b": "", "c": "\\N"})]
    );
    // Whoever quotes everything says nothing by an empty pair of quotes.
    let quoting = b"\"a\",\"b\"\n\"1\",\"\"\n";
    assert_eq!(all("readCsv", quoting, json!({})).await.unwrap(), [json!({"a": "1"})]);
    assert_eq!(all("readCsv", quoting, json!({"null": ""})).await.unwrap(), [json!({"a": "1", "b": ""})]);
    // COPY ... TO STDOUT, with HEADER and without; the end is marked where it comes from a dump.
    let copy = b"name\ttitle\nada\t\\N\nbob\t\nc\\\\d\ttab\\there\\nand \\303\\253\\x21\n\\.\nnot read\n";
    let rows = [
        json!({"name": "ada", "title": null}),
        json!({"name": "bob", "title": ""}),
        json!({"name": "c\\d", "title": "tab\there\nand ë!"}),
    ];
    assert_eq!(all("readCsv", copy, json!({"format": "copy"})).await.unwrap(), rows);
    let bare = copy.get(11..).unwrap();
    assert_eq!(all("readCsv", bare, json!({"format": "copy", "columns": ["name", "title"]})).await.unwrap(), rows);
}

#[tokio::test]
async fn cells_are_those_that_another_reader_finds() {
    let mut random = 1_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    const PARTS: [&str; 9] = ["a", "b c", "\"", ",", "\n", "\r\n", "ë", ";", ""];
    let mut file = Vec::new();
    let mut writer = ::csv::Writer::from_writer(&mut file);
    writer.write_record(["x", "y", "z"]).unwrap();
    for _ in 0..2_000 {
        let cells: Vec<String> = (0..3).map(|_| (0..next(5)).map(|_| PARTS[next(PARTS.len())]).collect()).collect();
        writer.write_record(&cells).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);
    // What is empty throughout is no row.
    let expected: Vec<Value> = ::csv::Reader::from_reader(file.as_slice())
        .records()
        .map(|record| {
            let record = record.unwrap();
            let cells = ["x", "y", "z"].into_iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
            Value::Object(cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect())
        })
        .filter(|row: &Value| row.as_object().is_some_and(|row| !row.is_empty()))
        .collect();
    let mut read = all("readCsv", &file, json!({"trim": false})).await.unwrap();
    for row in &mut read {
        row.as_object_mut().unwrap().retain(|_, cell| cell != "");
    }
    assert_eq!(read, expected);
}

#[tokio::test]
async fn what_ldapsearch_and_slapcat_write_is_read_as_it_is() {
    let search = b"# extended LDIF\n#\n# LDAPv3\n# base <dc=example,dc=com> with scope subtree\n# filter: (objectclass=*)\n\
        # requesting: ALL\n#\n\n# Zo\xc3\xab, people, example.com\ndn:: Y249Wm/DqyxvdT1wZW9wbGUsZGM9ZXhhbXBsZSxkYz1jb20=\n\
        objectClass: inetOrgPerson\nMAIL: zoe@example.com\nmail: z@example.com\ncn;lang-de: Zo\ncn;LANG-DE: Zoe\ncn:: Wm/Dqw==\n\
        userCertificate;binary:: YWJj\njpegPhoto:: /9j/\nX-Site: 1\n\n# search reference\n\
        ref: ldap://other.example.com/dc=other,dc=example,dc=com??sub\n\n# two, example.com\ndn: ou=two,dc=example,dc=com\n\
        objectClass: referral\nref: ldap://two.example.com/\nx-site: 2\n\n# search result\nsearch: 2\nresult: 0 Success\n\n\
        # numResponses: 4\n# numEntries: 2\n# numReferences: 1\n";
    let entries = [
        json!({"dn": "cn=Zoë,ou=people,dc=example,dc=com", "objectClass": ["inetOrgPerson"],
            "mail": ["zoe@example.com", "z@example.com"], "cn;lang-de": ["Zo", "Zoe"], "cn": ["Zoë"],
            "userCertificate;binary": ["YWJj"], "jpegPhoto": ["/9j/"], "X-Site": ["1"]}),
        json!({"dn": "ou=two,dc=example,dc=com", "objectClass": ["referral"], "ref": ["ldap://two.example.com/"],
            "X-Site": ["2"]}),
    ];
    assert_eq!(all("readLdif", search, json!({})).await.unwrap(), entries);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows"), search).unwrap();
    let with = json!({"file": "rows"});
    let mut rows = Rows::open(source("readLdif").unwrap(), with.as_object().unwrap(), &files(&folder)).unwrap();
    let mut places = Vec::new();
    while rows.next().await.unwrap().is_some() {
        places.push(rows.place().unwrap());
    }
    assert_eq!(places, ["rows, line 10", "rows, line 25"]);
    let [warning] = rows.warnings() else { panic!("{:?}", rows.warnings()) };
    assert!(
        warning
            .ends_with("rows: 1 search reference to other servers was passed over: what is there is not in the file"),
        "{warning}"
    );

    // ldapsearch -LLL writes references as comments, and folds them.
    let terse =
        b"dn: cn=a\ncn: a\n\n# refldap://other.example.com/dc=other,dc=example,dc=com??sub and a long way to g\n o\n\n\
        # refLDAPS://third.example.com/??sub\n\ndn: cn=b\n# ref is no reference\ncn: b\n";
    std::fs::write(folder.path().join("rows"), terse).unwrap();
    let mut rows = Rows::open(source("readLdif").unwrap(), with.as_object().unwrap(), &files(&folder)).unwrap();
    let mut read = Vec::new();
    while let Some(row) = rows.next().await.unwrap() {
        read.push(row);
    }
    assert_eq!(read, [json!({"dn": "cn=a", "cn": ["a"]}), json!({"dn": "cn=b", "cn": ["b"]})]);
    let [warning] = rows.warnings() else { panic!("{:?}", rows.warnings()) };
    assert!(warning.contains("rows: 2 search references to other servers were passed over"), "{warning}");

    let slapcat = b"dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\
        structuralObjectClass: organization\nentryUUID: 0f5e5d54-0000-103e-8000-000000000000\ncreatorsName: cn=admin,dc=example,dc=com\n\
        entryCSN: 20261122090000.000000Z#000000#000#000000\n\ndn: uid=ada,dc=example,dc=com\nuid: ada\nuserPassword:: e1NTSEF9eA==\n\
        description: a long line that slapcat folds after seventy-eight characters, and in th\n e middle of a word\n\n";
    let read = all("readLdif", slapcat, json!({})).await.unwrap();
    assert_eq!(read[0]["objectClass"], json!(["dcObject", "organization"]));
    assert_eq!(read[1]["userPassword"], json!(["{SSHA}x"]));
    assert!(read[1]["description"][0].as_str().unwrap().ends_with("and in the middle of a word"));
}

#[tokio::test]
async fn files_that_ldif_refers_to_are_read_from_the_folder_a_flow_allows() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    std::fs::write(photos.join("ada"), b"\xff\xd8").unwrap();
    std::fs::write(photos.join("note"), "text").unwrap();
    std::fs::write(folder.path().join("secret"), "not here").unwrap();
    let with = |references: &str| {
        let with = json!({"file": "rows", "references": references});
        with.as_object().cloned().unwrap()
    };
    let read_in = async |references: &str, path: &std::path::Path| {
        let url = Url::from_file_path(path).unwrap();
        std::fs::write(folder.path().join("rows"), format!("dn: a\ndescription:< {url}\n")).unwrap();
        let opened = Rows::open(source("readLdif").unwrap(), &with(references), &files(&folder));
        let row = opened.unwrap().next().await;
        row.map(|row| vec![row.unwrap()]).map_err(|fault| fault.detail.unwrap())
    };
    let read = async |path: &std::path::Path| read_in(photos.to_str().unwrap(), path).await;
    assert_eq!(read(&photos.join("ada")).await.unwrap()[0]["description"], json!(["/9g="]));
    assert_eq!(read(&photos.join("note")).await.unwrap()[0]["description"], json!(["text"]));
    for path in [folder.path().join("secret"), photos.join("..").join("secret")] {
        let refused = read(&path).await.unwrap_err();
        assert!(refused.contains("is in a file that is not in the folder `references`"), "{refused}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("secret"), photos.join("link")).unwrap();
        assert!(read(&photos.join("link")).await.is_err());
    }
    // A folder that the flow names is no way to files that it may not read.
    let beside = tempfile::tempdir().unwrap();
    std::fs::write(beside.path().join("secret"), "not here").unwrap();
    for references in [beside.path().to_str().unwrap(), "/"] {
        let refused = read_in(references, &beside.path().join("secret")).await.unwrap_err();
        assert!(refused.contains("the folder `references` is outside the flow's folder"), "{refused}");
    }
    let elsewhere = all("readLdif", b"dn: a\ncn:< https://example.com/x\n", json!({"references": "photos"})).await;
    assert_eq!(elsewhere.unwrap_err(), "line 2: the value of cn is at a place that is no file:/// URL");
}
