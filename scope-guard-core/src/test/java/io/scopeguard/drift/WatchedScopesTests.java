package io.scopeguard.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WatchedScopesTests {

    private static final Audience API = Audience.resource("https://api.example.test");

    @Test
    void watchedWhenByAudienceThenAnotherAudiencesScopeOfThatNameIsNot() {
        WatchedScopes watched = WatchedScopes.of(Map.of(API, Scopes.of("a")));

        assertThat(watched.watches(API, "a")).isTrue();
        assertThat(watched.watches(Audience.ORGANIZATION, "a")).isFalse();
        assertThat(watched.watches(API, "b")).isFalse();
    }
}
