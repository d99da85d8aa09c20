package io.scopeguard.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.provider.PermissionsUnavailableException;
import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTemplateTests {

    @Test
    void pathWhenIdsContainSeparatorsOrBracesThenTheyAreEncodedOnce() {
        assertThat(PathTemplate.path("/a/{}/b/{}?c={}", "x/../y", "{}", "1&d=2 3"))
                .isEqualTo("/a/x%2F..%2Fy/b/%7B%7D?c=1%26d%3D2%203");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "...", "a\nb", "\u0000", "\ud800", ""})
    void pathWhenAnIdCannotBeASegmentThenRefused(String id) {
        assertThatThrownBy(() -> PathTemplate.path("/a/{}", id)).isInstanceOf(PermissionsUnavailableException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTPS://Id.Example.com:443/Auth/, https://id.example.com/Auth",
        "http://localhost:8080, http://localhost:8080",
        "http://keycloak.svc:80/, http://keycloak.svc",
    })
    void canonicalWhenAllowedThenWrittenInTheUsualWay(String given, String expected) {
        assertThat(ProviderAddress.canonical(URI.create(given), "https://id.example.com", Set.of("keycloak.svc")))
                .hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://id.example.com",
                "ftp://localhost",
                "https://id.example.com?a=b",
                "https://id.example.com#a",
                "https://user@id.example.com",
                "/relative"
            })
    void canonicalWhenNotAllowedThenRefused(String given) {
        assertThatThrownBy(() -> ProviderAddress.canonical(URI.create(given), "https://id.example.com", Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https://id.example.com");
    }
}
