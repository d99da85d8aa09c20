package io.scopeguard.demo.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.scopeguard.Decision;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.token.AccessToken;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The guard's view of a token: its own scopes, the live scopes of its subject, and the effective scopes. Immutable.
 *
 * @param organization the organization that the token is for, if any
 * @param liveScopes the scopes that the subject holds now, or {@code null} if they are unknown
 * @param effectiveScopes the scopes that count
 * @param roles the roles that the subject holds now, limited to roles that handlers require
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Standing(
        String subject,
        String kind,
        String audience,
        @Nullable String organization,
        List<String> tokenScopes,
        @Nullable List<String> liveScopes,
        List<String> effectiveScopes,
        List<String> roles,
        Drift drift) {

    /** The difference between the two sets of scopes. */
    record Drift(
            List<String> demoted,
            List<String> promoted,
            @JsonProperty("new") List<String> introduced) {

        static Drift of(ScopeDrift drift) {
            return new Drift(
                    drift.demoted().toList(),
                    drift.promoted().toList(),
                    drift.introduced().toList());
        }
    }

    static Standing of(Decision decision, List<String> roles) {
        AccessToken token = decision.token();
        LivePermissions live = decision.live();
        return new Standing(
                token.subject().id(),
                token.kind().name().toLowerCase(Locale.ROOT),
                token.audience().value(),
                token.organization(),
                token.scopes().toList(),
                live == null ? null : live.granted().toList(),
                decision.effective().toList(),
                roles,
                Drift.of(decision.drift()));
    }
}
