package io.scopeguard.bench.live.tenant;

import io.scopeguard.scope.Audience;
import org.jspecify.annotations.Nullable;

/**
 * The key of a subject's scopes of one kind.
 *
 * @param organization {@code null} for global API resource tokens, where only global roles count
 */
public record Entitlement(String user, @Nullable String organization, Audience audience) {}
