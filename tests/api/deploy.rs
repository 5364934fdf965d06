//! The dashboard and the alert rules in `deploy/` ask for what `/metrics` serves.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::TestApp;

const DASHBOARD: &str = "deploy/grafana/dashboard.json";

/// The names under which a server that has answered something serves samples.
async fn served() -> BTreeSet<String> {
    let app = TestApp::counting();
    app.get("/access_token?channel=test").await;
    app.get("/nothing").await;
    app.metrics_text().await;
    let text = app.metrics_text().await;
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| line.split(['{', ' ']).next().unwrap().to_owned())
        .collect()
}

/// The names in a text that begin as those of our metrics do.
fn asked_for(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let is_metric = |word: &&str| word.starts_with("agora_") || word.starts_with("process_");
    words.filter(is_metric).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_dashboard_and_the_alerts_ask_for_metrics_that_are_served() {
    let served = served().await;
    for file in [
        DASHBOARD,
        "deploy/prometheus/alerts.yml",
        "deploy/prometheus/alerts_test.yml",
    ] {
        let asked = asked_for(&fs::read_to_string(file).unwrap());
        let missing: Vec<_> = asked.difference(&served).collect();
        assert!(
            missing.is_empty(),
            "{file} asks for {missing:?}, and served are {served:?}"
        );
        assert!(asked.len() >= 6, "{file} asks for {asked:?} only");
    }
}

#[tokio::test]
async fn every_metric_of_ours_is_on_the_dashboard() {
    let asked = asked_for(&fs::read_to_string(DASHBOARD).unwrap());
    let families = served().await.into_iter().filter(|name| {
        let is_part = name.ends_with("_sum") || name.ends_with("_count");
        name.starts_with("agora_") && !is_part
    });
    assert_eq!(
        families
            .filter(|name| !asked.contains(name))
            .collect::<Vec<_>>(),
        [""; 0]
    );
}

#[test]
fn the_dashboard_can_be_imported() {
    let dashboard: Value = serde_json::from_str(&fs::read_to_string(DASHBOARD).unwrap()).unwrap();
    assert_eq!(dashboard["uid"], "agora-token-server");
    assert!(dashboard["schemaVersion"].as_u64().unwrap() >= 36);
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in panels {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        for target in panel["targets"].as_array().unwrap() {
            assert!(!target["expr"].as_str().unwrap().is_empty(), "{title}");
        }
        let place = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{title}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(taken.insert((x, y)), "{title} lies on another");
            }
        }
    }
    assert!(panels.len() > 10);
}
