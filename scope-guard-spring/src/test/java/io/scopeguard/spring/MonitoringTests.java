package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.CircuitState;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.sharing.SharingMetrics;
import io.scopeguard.spring.support.Directory;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard and the alert rules in the documentation use series that an application exports to Prometheus. */
class MonitoringTests {

    private static final Path DOCS = Path.of("..", "docs", "monitoring");

    /** Added by Prometheus. */
    private static final Set<String> TARGET_LABELS = Set.of("job", "instance");

    private static final Pattern SAMPLE = Pattern.compile("(scopeguard_\\w+)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final Pattern SELECTOR = Pattern.compile("(scopeguard_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!~|!=|=)\"([^\"]*)\"");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\(\\w+, (\\w+)\\)");

    /** The series, the label and the value of an alert about a gauge of one target. */
    private static final Pattern GAUGE_ALERT =
            Pattern.compile("m(?:in|ax) by \\(job, provider\\) \\((\\w+)\\{(\\w+=\"\\w+\")}\\) == ([0-9.]+)");

    private static String scrape;

    /** The values of each label, by the name of the series. */
    private static final Map<String, Map<String, Set<String>>> series = new HashMap<>();

    @BeforeAll
    static void scrape() {
        MovableClock clock = MovableClock.atNoon();
        List<String> settings = List.of(
                "scope-guard.logto.webhook.signing-keys",
                "test",
                "scope-guard.signals.stream.enabled",
                "true",
                "scope-guard.permissions.max-wait",
                "60s");
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(tenant, clock, settings, GuardedApi.class, Prometheus.class)) {
            PrometheusMeterRegistry registry = api.bean(PrometheusMeterRegistry.class);
            SharingMetrics shared = new SharingMetrics(registry);
            shared.watch(() -> 2, () -> true);
            // Meters of an operation exist from its first call on.
            String user = tenant.newUser();
            tenant.join("acme", user, "read:report");
            api.get("/organizations/acme/reports", tenant.organizationToken("acme", user, "read:report"));
            scrape = registry.scrape();
        }
        scrape.lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            Map<String, Set<String>> labels = series.computeIfAbsent(sample.group(1), ignored -> new HashMap<>());
            Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
            while (label.find()) {
                labels.computeIfAbsent(label.group(1), ignored -> new HashSet<>())
                        .add(label.group(2));
            }
        });
    }

    @Test
    void everyMeterHasADescription() {
        List<String> helps = scrape.lines()
                .filter(line -> line.startsWith("# HELP scopeguard_"))
                .toList();
        assertThat(helps)
                .hasSizeGreaterThan(20)
                .allMatch(line -> line.split(" ", 4)[3].strip().length() > 10);
    }

    /** After only one request, all other counts exist with the value zero. */
    @Test
    void everyCounterExistsAfterTheFirstRequest() {
        assertThat(values("scopeguard_decisions_total", "outcome")).contains("granted", "not_a_member");
        assertThat(values("scopeguard_verifications_total", "outcome")).contains("valid", "expired", "error");
        assertThat(values("scopeguard_drift_total", "change")).contains("demoted", "promoted-roles");
        assertThat(values("scopeguard_remedies_total", "action")).containsOnly("refresh", "reconsent");
        assertThat(values("scopeguard_webhooks_total", "outcome")).contains("applied", "unauthenticated");
        assertThat(values("scopeguard_streams_ended_total", "reason")).contains("not_a_member");
        assertThat(values("scopeguard_provider_calls_seconds_count", "outcome")).contains("ok", "rate_limited");
        assertThat(values("scopeguard_keys_fetches_seconds_count", "outcome")).contains("ok", "no_keys");
        assertThat(series)
                .containsKeys(
                        "scopeguard_disagreements_total",
                        "scopeguard_permissions_losses_dropped_total",
                        "scopeguard_shared_gaps_total");
    }

    private static Set<String> values(String name, String label) {
        return series.get(name).get(label);
    }

    static Stream<String> expressions() throws IOException {
        return Stream.concat(dashboard(), alerts().map(rule -> rule.get("expr").toString()));
    }

    private static Stream<String> dashboard() throws IOException {
        JsonNode dashboard = JsonMapper.builder().build().readTree(DOCS.resolve("grafana-dashboard.json"));
        List<String> expressions = new ArrayList<>();
        dashboard
                .path("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> expressions.add(target.path("expr").asString())));
        dashboard
                .path("templating")
                .path("list")
                .forEach(variable ->
                        expressions.add(variable.path("query").path("query").asString("")));
        return expressions.stream().filter(text -> text.contains("scopeguard"));
    }

    @SuppressWarnings("unchecked") // the format of Prometheus's rule files
    private static Stream<Map<String, Object>> alerts() throws IOException {
        Map<String, Object> file = new Yaml().load(Files.readString(DOCS.resolve("prometheus-alerts.yml")));
        return ((List<Map<String, Object>>) file.get("groups"))
                .stream().flatMap(group -> ((List<Map<String, Object>>) group.get("rules")).stream());
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void expressionThenItsSeriesExist(String expression) {
        Set<String> labels = new HashSet<>(TARGET_LABELS);
        Matcher selector = SELECTOR.matcher(expression);
        while (selector.find()) {
            assertThat(series).containsKey(selector.group(1));
            Map<String, Set<String>> known = series.get(selector.group(1));
            labels.addAll(known.keySet());
            check(selector.group(2) == null ? "" : selector.group(2), known);
        }
        // Grafana's own function, for the values of its variable.
        Matcher values = LABEL_VALUES.matcher(expression);
        if (values.matches()) {
            assertThat(labels).contains(values.group(1));
        } else {
            PromQl.check(expression, MonitoringTests::labels);
        }
    }

    private static Set<String> labels(String name) {
        Set<String> labels = new HashSet<>(TARGET_LABELS);
        labels.addAll(series.getOrDefault(name, Map.of()).keySet());
        return labels;
    }

    @Test
    void alertThenAComparison() throws IOException {
        assertThat(alerts().map(rule -> rule.get("expr").toString()))
                .allMatch(expression -> expression.matches("(?s).* (>|==) [0-9.]+"));
    }

    /** An open breaker becomes half open after a second, so neither state alone lasts. */
    @ParameterizedTest
    @EnumSource(CircuitState.class)
    void providerUnavailableThenFiresUnlessTheBreakerIsClosed(CircuitState state) throws IOException {
        String expression = alerts().filter(rule -> rule.get("alert").equals("ScopeGuardProviderUnavailable"))
                .map(rule -> rule.get("expr").toString())
                .findFirst()
                .orElseThrow();
        Matcher parts = GAUGE_ALERT.matcher(expression);
        assertThat(parts).matches();
        double value = gauge(scrape(state), parts.group(1), parts.group(2));

        assertThat(value == Double.parseDouble(parts.group(3))).isEqualTo(state != CircuitState.CLOSED);
    }

    private static double gauge(String text, String name, String label) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{") && line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private static String scrape(CircuitState state) {
        MovableClock clock = MovableClock.atNoon();
        Directory provider = new Directory(URI.create("https://id.example.test"), Map.of(), clock.steady()) {
            @Override
            public CircuitState circuit() {
                return state;
            }
        };
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (PermissionCache permissions =
                new PermissionCache("Test", provider, clock.steady(), CacheSettings.DEFAULT, FactExchange.NONE)) {
            new GuardMetrics(registry, clock, Duration.ofMinutes(5)).watch(provider, permissions);
            return registry.scrape();
        }
    }

    /** Expressions that Prometheus rejects, or that never have a result. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sum by (job (rate(a_total[5m]))",
                "sum by (job) (rate(a_total[5m]))) > 0",
                "sum (rate(a_total)) > 0",
                "sum (rate(a_gauge[5m])) > 0",
                "sum (a_total[5m])",
                "sum by (job) (rate(a_total[5 minutes])) > 0",
                "summ (rate(a_total[5m]))",
                "sum by (other) (rate(a_total[5m]))",
                "sum (rate(a_total{other=\"x\"}[5m]))",
                "sum (rate(a_total{job=x}[5m]))",
                "sum (rate(a_total{job=~\"(x\"}[5m]))",
                "sum by (job) (rate(a_total[5m])) / sum (rate(a_total[5m]))",
                "sum by (job) (rate(a_total[5m])) / ignoring (job) sum (rate(a_total[5m]))",
                "sum (rate(a_total[5m])) >",
                "1 > 0"
            })
    void brokenExpressionThenRejected(String expression) {
        assertThatThrownBy(() -> PromQl.check(expression, name -> Set.of("job", "outcome")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void check(String selector, Map<String, Set<String>> known) {
        Matcher matcher = MATCHER.matcher(selector);
        while (matcher.find()) {
            if (!TARGET_LABELS.contains(matcher.group(1))) {
                assertThat(known).containsKey(matcher.group(1));
                assertThat(known.get(matcher.group(1)))
                        .containsAll(Arrays.asList(matcher.group(3).split("\\|")));
            }
        }
    }

    @Test
    void everySeriesIsOnTheDashboard() throws IOException {
        String shown = dashboard().collect(Collectors.joining("\n"));
        Set<String> names = new TreeSet<>();
        series.keySet().forEach(name -> names.add(name.replaceAll("_(count|sum|max|total)$", "")));
        assertThat(names).hasSizeGreaterThan(20).allMatch(shown::contains);
    }

    @Test
    void everyAlertIsDocumentedWithItsSeverity() throws IOException {
        String page = Files.readString(DOCS.resolveSibling("operations.md"));
        assertThat(alerts()).hasSizeGreaterThan(10).allSatisfy(rule -> {
            assertThat(rule.get("alert").toString()).startsWith("ScopeGuard");
            String severity = ((Map<?, ?>) rule.get("labels")).get("severity").toString();
            assertThat(page).contains("| `" + rule.get("alert") + "` | " + severity + " | ");
            assertThat(((Map<?, ?>) rule.get("annotations")).keySet().toString())
                    .isEqualTo("[summary, description]");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Prometheus {

        @Bean
        PrometheusMeterRegistry meters() {
            return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        }
    }
}
