package io.scopeguard.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.aws.HttpApiRoutes.Route;
import io.scopeguard.aws.HttpApiRoutes.Source;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpApiRoutesTests {

    @Test
    void ofWhenValidThenRequirements() {
        HttpApiRoutes routes = of("""
                {
                  "GET /organizations/{organizationId}/reports": {"allOf": ["read:report", "list:report"]},
                  "DELETE /organizations/{organizationId}/reports/{id}":
                    {"anyOf": ["delete:report"], "maxAge": "PT0S", "whenUnknown": "deny"},
                  "GET /documents": {"audience": "https://api.example.com", "allOf": ["read:document"], "organization": "none"},
                  "GET /reports": {"allOf": ["read:report"], "organization": "token"}
                }""");

        assertThat(routes.all()).hasSize(4);
        assertThat(routes.find("GET /organizations/{organizationId}/reports"))
                .isEqualTo(new Route(
                        ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("read:report", "list:report")),
                        Source.PATH));
        assertThat(routes.find("DELETE /organizations/{organizationId}/reports/{id}"))
                .isEqualTo(new Route(
                        ScopeRequirement.anyOf(Audience.ORGANIZATION, Scopes.of("delete:report"))
                                .withMaxAge(Duration.ZERO)
                                .withWhenUnknown(WhenUnknown.DENY),
                        Source.PATH));
        assertThat(routes.find("GET /documents"))
                .isEqualTo(new Route(
                        ScopeRequirement.allOf(
                                Audience.resource("https://api.example.com"), Scopes.of("read:document")),
                        Source.NONE));
        assertThat(routes.find("GET /reports")).extracting("source").isEqualTo(Source.TOKEN);
        assertThat(routes.find("POST /reports")).isNull();
        assertThat(routes.find(null)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{}|There are no routes",
                "[]|not valid JSON",
                "{\"GET /a\": {\"scopes\": []}}|Unrecognized property \"scopes\"",
                "{\"GET /a\": {\"allOf\": [\"a\"], \"organization\": \"token\"}, \"GET /a\": {\"anyOf\": [\"a\"]}}|Duplicate",
                "{\"GET /a\": {\"organization\": \"token\"}}|'GET /a' is not valid: it needs either allOf or anyOf",
                "{\"GET /a\": {\"allOf\": [\"a\"], \"anyOf\": [\"b\"]}}|either allOf or anyOf",
                "{\"GET /a\": {\"allOf\": [], \"organization\": \"token\"}}|at least one scope",
                "{\"GET /a\": {\"allOf\": [\"a\"]}}|its path has no {organizationId}: add it, or set",
                "{\"GET /{organizationId}\": {\"allOf\": [\"a\"], \"organization\": \"token\"}}|remove \"organization\"",
                "{\"GET /a\": {\"allOf\": [\"a\"], \"organization\": \"none\"}}|scopes of an organization need one",
                "{\"GET /a\": {\"allOf\": [\"a\"], \"organization\": \"host\"}}|path, token or none, not 'host'",
                "{\"/a\": {\"allOf\": [\"a\"], \"organization\": \"token\"}}|a route key is a method and a path",
                "{\"$default\": {\"allOf\": [\"a\"], \"organization\": \"token\"}}|a route key is a method and a path",
                "{\"GET /a\": {\"allOf\": [\"a\"], \"organization\": \"token\", \"maxAge\": \"soon\"}}|cannot be parsed to a Duration",
                "{\"GET /a\": {\"allOf\": [\"a\"], \"organization\": \"token\", \"whenUnknown\": \"x\"}}|trust-token or deny, not 'x'"
            })
    void ofWhenInvalidThenNamesRouteAndFix(String json, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> of(json)).withMessageContaining(message);
    }

    @Test
    void ofResourceWhenMissingThenNamesIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpApiRoutes.ofResource("/missing.json"))
                .withMessage("There is no /missing.json on the class path");
    }

    static HttpApiRoutes of(String json) {
        return HttpApiRoutes.of(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
