package io.scopeguard.spring.mcp;

import io.scopeguard.provider.Subject;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.token.AccessToken;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The owners of the open sessions, as many as the transport allows: the id of a session is not a credential. Thread-safe.
 */
public final class McpSessions {

    private final Map<String, Owner> owners = new ConcurrentHashMap<>();

    /** Records that the holder of the current token opens a session. */
    void opened(String id) {
        AccessToken token = AccessTokenHolder.get();
        if (token == null) {
            throw new IllegalStateException("a session needs a token");
        }
        owners.put(id, Owner.of(token));
    }

    void closed(String id) {
        owners.remove(id);
    }

    /** Whether this session belongs to another owner, or to none: then it does not exist, or is about to end. */
    boolean isForeign(String id, AccessToken token) {
        return !Owner.of(token).equals(owners.get(id));
    }

    int count() {
        return owners.size();
    }

    /** The parts of a token that stay the same when a client renews it. */
    private record Owner(
            String issuer,
            Subject subject,
            String client,
            @Nullable String actor,
            @Nullable String organization) {

        static Owner of(AccessToken token) {
            return new Owner(
                    token.issuer(), token.subject(), token.clientId(), token.actor(), token.onlyOrganization());
        }
    }
}
