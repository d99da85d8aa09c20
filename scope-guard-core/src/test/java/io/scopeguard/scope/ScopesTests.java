package io.scopeguard.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopesTests {

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\"b", "a\\b", "a\tb", "caf\u00e9", "a\u007f", "\u0000", "a\r\nb"})
    void ofWhenNoScopeTokenThenRefused(String name) {
        assertThat(Scopes.isScopeToken(name)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> Scopes.of("good", name));
        assertThat(Scopes.ofTokens(List.of("good", name))).isEqualTo(Scopes.of("good"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"!", "#", "[", "]", "~", "read:report", "*", "a,b", "'"})
    void ofWhenScopeTokenThenKept(String name) {
        assertThat(Scopes.of(name).contains(name)).isTrue();
    }

    @Test
    void parseWhenSpacesAreManyThenNoEmptyNames() {
        assertThat(Scopes.parse("  a   b ").toList()).containsExactly("a", "b");
        assertThat(Scopes.parse("")).isSameAs(Scopes.none());
        assertThat(Scopes.parse("   ")).isSameAs(Scopes.none());
        assertThat(Scopes.parse("a\tb c").toList()).containsExactly("c");
    }

    @Test
    void equalsWhenOrderDiffersThenEqual() {
        assertThat(Scopes.of("a", "b")).isEqualTo(Scopes.of("b", "a")).hasSameHashCodeAs(Scopes.of("b", "a"));
        assertThat(Scopes.of("a")).isNotEqualTo(Scopes.of("A")).isNotEqualTo(Scopes.of("a", "b"));
    }

    @Test
    void containsWhenOnlyPartOfANameMatchesThenNot() {
        Scopes held = Scopes.of("read:report", "*", "read:*");

        assertThat(held.contains("read")).isFalse();
        assertThat(held.contains("read:document")).isFalse();
        assertThat(held.containsAll(Scopes.of("read:reports"))).isFalse();
    }

    @Test
    void isMetByWhenAllOfThenEachIsNeeded() {
        ScopeRequirement both = ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("a", "b"));

        assertThat(both.isMetBy(Scopes.of("a", "b", "c"))).isTrue();
        assertThat(both.isMetBy(Scopes.of("a", "c"))).isFalse();
        assertThat(both.isMetBy(Scopes.none())).isFalse();
    }

    @Test
    void isMetByWhenAnyOfThenOneIsEnough() {
        ScopeRequirement either = ScopeRequirement.anyOf(Audience.ORGANIZATION, Scopes.of("a", "b"));

        assertThat(either.isMetBy(Scopes.of("b"))).isTrue();
        assertThat(either.isMetBy(Scopes.of("c"))).isFalse();
        assertThat(either.isMetBy(Scopes.none())).isFalse();
    }

    @Test
    void requirementWhenImpossibleThenRefused() {
        ScopeRequirement good = ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of("a"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.none()));
        assertThatIllegalArgumentException().isThrownBy(() -> good.withMaxAge(Duration.ofMillis(-1)));
        assertThat(good.withMaxAge(Duration.ZERO).withWhenUnknown(WhenUnknown.DENY))
                .isEqualTo(new ScopeRequirement(
                        Audience.ORGANIZATION,
                        ScopeRequirement.Match.ALL,
                        Scopes.of("a"),
                        Duration.ZERO,
                        WhenUnknown.DENY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "api", "/api", "//host/api", "https://api.example.test#part", "https://a b", "Organization"})
    void audienceWhenNoIndicatorThenRefused(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Audience(value));
        assertThatIllegalArgumentException().isThrownBy(() -> Audience.resource(value));
    }

    @ParameterizedTest
    @CsvSource({"https://api.example.test", "https://api.example.test/", "urn:example:api", "api:x"})
    void audienceWhenIndicatorThenComparedExactly(String value) {
        assertThat(Audience.resource(value)).hasToString(value).isNotEqualTo(Audience.resource(value + "x"));
        assertThat(Audience.resource(value).isOrganization()).isFalse();
    }

    @Test
    void audienceWhenOrganizationThenNoResourceIsCalledSo() {
        assertThat(new Audience("organization")).isEqualTo(Audience.ORGANIZATION);
        assertThatIllegalArgumentException().isThrownBy(() -> Audience.resource("organization"));
    }
}
