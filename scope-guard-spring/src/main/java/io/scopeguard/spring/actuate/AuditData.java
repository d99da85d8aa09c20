package io.scopeguard.spring.actuate;

import io.scopeguard.Decision;
import io.scopeguard.token.AccessToken;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data of audit events about a denial. */
final class AuditData {

    private AuditData() {}

    /** A new map, without the token itself. */
    static Map<String, @Nullable Object> of(Decision decision) {
        AccessToken token = decision.token();
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("reason", String.valueOf(decision.denial()).toLowerCase(Locale.ROOT));
        putIfKnown(data, "organization", token.organization());
        data.put("client", token.clientId());
        putIfKnown(data, "actor", token.actor());
        return data;
    }

    private static void putIfKnown(Map<String, @Nullable Object> data, String name, @Nullable String value) {
        if (value != null) {
            data.put(name, value);
        }
    }
}
