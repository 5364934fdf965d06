//! Warnings at the start about files that other users of the machine can read or replace.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::{APP_ID, CERTIFICATE, Directory, IDENTIFIERS, Server};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The warnings that `serve` logs and `check-config` prints in this directory, once it is known that they are the same.
fn warnings(directory: &Directory, environment: &[(&str, &str)]) -> Vec<String> {
    let mut check = directory.command(&["check-config"], environment);
    let output = check.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let checked = String::from_utf8(output.stdout).unwrap();
    let is_ours = |line: &&str| line.contains("chmod 600") || line.contains("is a symbolic link");
    let checked: Vec<String> = checked.lines().filter(is_ours).map(str::to_owned).collect();

    let server = Server::start_in(directory, environment);
    server.signal("TERM");
    let (code, log) = server.ended();
    assert_eq!(code, Some(0));
    let logged = log.lines().filter(is_ours);
    let logged: Vec<_> = logged
        .map(|line| line.split_once(" WARN ").unwrap().1.trim_start().to_owned())
        .collect();
    assert_eq!(logged, checked);
    for secret in [CERTIFICATE, KEY] {
        assert!(!log.contains(secret), "{log}");
    }
    checked
}

#[test]
fn warns_about_a_dotenv_file_that_every_user_can_read() {
    let directory = Directory::new();
    let dotenv = directory.0.join(".env");
    let text = format!("APP_ID={APP_ID}\nAPP_CERTIFICATE={CERTIFICATE}\n");
    write(&dotenv, &text, 0o644);
    let expected = ".env is readable by every user of this machine (mode 644); run chmod 600 .env";
    assert_eq!(warnings(&directory, &[]), [expected]);
    for mode in [0o600, 0o640] {
        write(&dotenv, &text, mode);
        assert!(warnings(&directory, &[]).is_empty());
    }
    write(&dotenv, "LOG_LEVEL=info\n", 0o644); // no secret
    assert!(warnings(&directory, &IDENTIFIERS).is_empty());
}

#[test]
fn warns_about_secret_files_that_every_user_can_read() {
    let directory = Directory::new();
    let path = |name: &str| directory.0.join(name).to_str().unwrap().to_owned();
    let (certificate, link, keys, public) = (
        path("certificate"),
        path("link"),
        path("keys"),
        path("public.pem"),
    );
    write(Path::new(&certificate), CERTIFICATE, 0o604);
    symlink(&certificate, &link).unwrap();
    write(Path::new(&keys), &format!("web:{KEY}"), 0o644);
    let pem = include_str!("../keys/rsa.pub.pem");
    write(Path::new(&public), pem, 0o644); // no secret
    let environment = [
        ("APP_ID", APP_ID),
        ("APP_CERTIFICATE_FILE", link.as_str()),
        ("API_KEYS_FILE", keys.as_str()),
        ("JWT_PUBLIC_KEY_FILE", public.as_str()),
    ];
    let readable = |name: &str, path: &str, mode: &str| {
        format!(
            "{name}: {path} is readable by every user of this machine (mode {mode}); run chmod 600 {path}"
        )
    };
    assert_eq!(
        warnings(&directory, &environment),
        [
            readable("APP_CERTIFICATE_FILE", &link, "604"),
            readable("API_KEYS_FILE", &keys, "644"),
        ]
    );
    for path in [&certificate, &keys] {
        fs::set_permissions(path, Permissions::from_mode(0o400)).unwrap();
    }
    assert!(warnings(&directory, &environment).is_empty());
}

#[test]
fn warns_about_files_that_every_user_can_write() {
    let directory = Directory::new();
    let path = |name: &str| directory.0.join(name).to_str().unwrap().to_owned();
    let (certificate, audit) = (path("certificate"), path("audit.jsonl"));
    write(Path::new(&certificate), CERTIFICATE, 0o602);
    write(Path::new(&audit), "", 0o666);
    let environment = [
        ("APP_ID", APP_ID),
        ("APP_CERTIFICATE_FILE", certificate.as_str()),
        ("AUDIT_LOG", audit.as_str()),
    ];
    assert_eq!(
        warnings(&directory, &environment),
        [
            format!(
                "APP_CERTIFICATE_FILE: {certificate} is writable by every user of this machine (mode 602); run chmod 600 \
                 {certificate}"
            ),
            format!(
                "AUDIT_LOG: {audit} is readable and writable by every user of this machine (mode 666); run chmod 600 \
                 {audit}"
            ),
        ]
    );
    for path in [&certificate, &audit] {
        fs::set_permissions(path, Permissions::from_mode(0o660)).unwrap();
    }
    assert!(warnings(&directory, &environment).is_empty());
}

#[test]
fn does_not_warn_about_files_in_a_directory_that_others_cannot_search() {
    let directory = Directory::new();
    let private = directory.0.join("private");
    fs::create_dir(&private).unwrap();
    fs::set_permissions(&private, Permissions::from_mode(0o700)).unwrap();
    write(&private.join("certificate"), CERTIFICATE, 0o644);
    write(&directory.0.join("public"), CERTIFICATE, 0o644);
    symlink(private.join("certificate"), directory.0.join("link")).unwrap();
    symlink(directory.0.join("public"), private.join("link")).unwrap();
    for (name, count) in [
        ("private/certificate", 0),
        ("link", 0),
        ("public", 1),
        ("private/link", 1),
    ] {
        let path = directory.0.join(name);
        let path = path.to_str().unwrap();
        let environment = [("APP_ID", APP_ID), ("APP_CERTIFICATE_FILE", path)];
        assert_eq!(warnings(&directory, &environment).len(), count, "{name}");
    }
}

/// Kubernetes' layout of a secret volume.
#[test]
fn does_not_warn_about_secrets_of_a_kubernetes_volume() {
    let directory = Directory::new();
    let version = directory.0.join("..2026_11_24_05_08_40.123");
    fs::create_dir(&version).unwrap();
    write(&version.join("certificate"), CERTIFICATE, 0o644);
    let data = directory.0.join("..data");
    symlink(&version, &data).unwrap();
    let certificate = directory.0.join("certificate");
    symlink(data.join("certificate"), &certificate).unwrap();
    let path = certificate.to_str().unwrap();
    let environment = [("APP_ID", APP_ID), ("APP_CERTIFICATE_FILE", path)];
    assert!(warnings(&directory, &environment).is_empty());
    fs::remove_file(&certificate).unwrap();
    fs::rename(version.join("certificate"), &certificate).unwrap();
    fs::remove_file(&data).unwrap();
    assert_eq!(warnings(&directory, &environment).len(), 1);
}

#[test]
fn warns_about_an_audit_log_that_is_a_symbolic_link() {
    let directory = Directory::new();
    let path = |name: &str| directory.0.join(name).to_str().unwrap().to_owned();
    let (file, link) = (path("audit.jsonl"), path("link"));
    symlink(&file, &link).unwrap();
    let with = |place| [IDENTIFIERS[0], IDENTIFIERS[1], ("AUDIT_LOG", place)];
    let expected = format!(
        "AUDIT_LOG: {link} is a symbolic link: anyone who can change the link can redirect the records; set the path of the \
         file itself"
    );
    assert_eq!(warnings(&directory, &with(&link)), [expected]);
    for place in [file.as_str(), "/dev/stdout", "stdout", "off"] {
        assert!(warnings(&directory, &with(place)).is_empty());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn warns_about_a_symbolic_link_in_shared_memory() {
    let directory = Directory::new();
    let link = Path::new("/dev/shm").join(directory.0.file_name().unwrap());
    let path = link.to_str().unwrap();
    let environment = [IDENTIFIERS[0], IDENTIFIERS[1], ("AUDIT_LOG", path)];
    symlink(directory.0.join("audit.jsonl"), &link).unwrap();
    let found = warnings(&directory, &environment);
    fs::remove_file(&link).unwrap();
    let expected = format!("AUDIT_LOG: {path} is a symbolic link: ");
    assert!(
        found.len() == 1 && found[0].starts_with(&expected),
        "{found:?}"
    );
}
