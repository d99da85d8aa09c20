package io.scopeguard.attack;

import java.util.ArrayList;
import java.util.List;

/** Collects attacks of one kind. */
final class Attacks {

    static final String GRANTED = "200 - -";
    /** A WebSocket is open. */
    static final String CONNECTED = "101 - -";

    static final String INVALID_TOKEN = "401 invalid_token invalid-token";
    static final String MISSING_TOKEN = "401 - missing-token";
    static final String INVALID_REQUEST = "400 invalid_request invalid-request";
    static final String MISMATCH = "403 insufficient_scope organization-mismatch";
    static final String WRONG_KIND = "403 insufficient_scope wrong-token-kind";
    static final String INSUFFICIENT = "403 insufficient_scope insufficient-scope";

    /** Before the next fetch, an unpublished key cannot be distinguished from a new one. */
    static final String UNKNOWN_KEY = INVALID_TOKEN + " | 503 - keys-unavailable";

    /** The server or Spring's firewall rejects the request before the token is checked. */
    static final String MALFORMED_REQUEST = "400 - -";

    private final String group;
    private final List<Attack> all;

    private Attacks(String group, List<Attack> all) {
        this.group = group;
        this.all = all;
    }

    static Attacks in(String group, List<Attack> all) {
        return new Attacks(group, all);
    }

    static List<Attack> all(Target target) {
        List<Attack> all = new ArrayList<>();
        TokenAttacks.addTo(all, target);
        ClaimAttacks.addTo(all, target);
        RequestAttacks.addTo(all, target);
        HandlerAttacks.addTo(all, target);
        return all;
    }

    void add(String name, String request, String expected) {
        all.add(new Attack(group, name, request, expected));
    }
}
