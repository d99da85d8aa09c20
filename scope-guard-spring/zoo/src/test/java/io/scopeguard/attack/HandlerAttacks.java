package io.scopeguard.attack;

import static io.scopeguard.attack.Attacks.CONNECTED;
import static io.scopeguard.attack.Attacks.GRANTED;
import static io.scopeguard.attack.Attacks.INSUFFICIENT;
import static io.scopeguard.attack.Attacks.INVALID_REQUEST;
import static io.scopeguard.attack.Attacks.MALFORMED_REQUEST;
import static io.scopeguard.attack.Attacks.MISMATCH;
import static io.scopeguard.attack.Attacks.MISSING_TOKEN;

import java.util.List;

/** Attacks by the kind of handler that a genuine request reaches, directly or through another handler. */
final class HandlerAttacks {

    /** GraphQL reports denials of fields in its own form of response. */
    private static final String FIELD_MISMATCH = "200 - organization-mismatch";

    private static final String FIELD_INSUFFICIENT = "200 - insufficient-scope";

    private final Target target;
    private final String bearer;
    private final String withoutScope;

    private HandlerAttacks(Target target) {
        this.target = target;
        this.bearer = Target.bearer(target.token().signed());
        this.withoutScope =
                Target.bearer(target.token().with("scope", "write:report").signed());
    }

    static void addTo(List<Attack> all, Target target) {
        HandlerAttacks handlers = new HandlerAttacks(target);
        handlers.handshakes(Attacks.in("WebSocket handshake", all));
        handlers.objects(Attacks.in("handler object", all));
        handlers.dataRest(Attacks.in("Data REST", all));
        handlers.nested(Attacks.in("forward", all), "forward");
        handlers.nested(Attacks.in("asynchronous dispatch", all), "dispatch");
        handlers.graphQl(Attacks.in("GraphQL", all));
        handlers.servlets(Attacks.in("other servlet", all));
        handlers.errors(Attacks.in("error of an open handler", all));
    }

    private void handshakes(Attacks attacks) {
        attacks.add("without a token", handshake(target.acme), MISSING_TOKEN);
        attacks.add("of another organization", handshake(target.globex, bearer), MISMATCH);
        attacks.add("without the scope", handshake(target.acme, withoutScope), INSUFFICIENT);
        attacks.add("granted", handshake(target.acme, bearer), CONNECTED);
        attacks.add(
                "the token as a subprotocol",
                handshake(
                        target.acme, "Sec-WebSocket-Protocol: " + target.token().signed()),
                MISSING_TOKEN);
        attacks.add(
                "the token in the query",
                upgrade(socket(target.acme) + "?access_token=" + target.token().signed()),
                INVALID_REQUEST);
        attacks.add(
                "from a page of another origin",
                handshake(target.acme, bearer, "Origin: https://evil.example"),
                "403 - -");
    }

    private void objects(Attacks attacks) {
        for (String kind : List.of("object", "routed")) {
            attacks.add(kind + " without a token", Target.get(of(target.acme, kind)), MISSING_TOKEN);
            attacks.add(kind + " of another organization", Target.get(of(target.globex, kind), bearer), MISMATCH);
            attacks.add(kind, Target.get(of(target.acme, kind), bearer), GRANTED);
        }
        attacks.add("object without the scope", Target.get(of(target.acme, "object"), withoutScope), INSUFFICIENT);
    }

    private void dataRest(Attacks attacks) {
        String controller = "/data/nests" + of(target.acme, "nest");
        attacks.add("exported repository without a token", Target.get("/data/nests"), MISSING_TOKEN);
        attacks.add("one item without a token", Target.get("/data/nests/1"), MISSING_TOKEN);
        attacks.add("deletion without a token", Target.request("DELETE", "/data/nests/1", ""), MISSING_TOKEN);
        attacks.add("the list of repositories without a token", Target.get("/data"), MISSING_TOKEN);
        attacks.add("the profile without a token", Target.get("/data/profile"), MISSING_TOKEN);
        attacks.add("controller without a token", Target.get(controller), MISSING_TOKEN);
        attacks.add(
                "controller of another organization",
                Target.get(controller.replace(target.acme, target.globex), bearer),
                MISMATCH);
        attacks.add("controller without the scope", Target.get(controller, withoutScope), INSUFFICIENT);
        attacks.add("controller", Target.get(controller, bearer), GRANTED);
    }

    /** The target of a forward keeps its own rule, for the organization that the target sees. */
    private void nested(Attacks attacks, String how) {
        for (String kind : List.of("reports", "object", "routed")) {
            String toGlobex = how + "?to=" + of(target.globex, kind);
            String toAcme = how + "?to=" + of(target.acme, kind);
            attacks.add("acme's handler to globex's " + kind, Target.get(of(target.acme, toGlobex), bearer), MISMATCH);
            attacks.add("globex's handler to acme's " + kind, Target.get(of(target.globex, toAcme), bearer), MISMATCH);
            attacks.add(
                    "open handler to acme's " + kind + " without a token",
                    Target.get("/public/" + toAcme),
                    MISSING_TOKEN);
            attacks.add("open handler to globex's " + kind, Target.get("/public/" + toGlobex, bearer), MISMATCH);
            attacks.add("acme's handler to acme's " + kind, Target.get(of(target.acme, toAcme), bearer), GRANTED);
            attacks.add("open handler to acme's " + kind, Target.get("/public/" + toAcme, bearer), GRANTED);
        }
        attacks.add(
                "open handler to an unannotated one without a token",
                Target.get("/public/" + how + "?to=/me"),
                MISSING_TOKEN);
        attacks.add(
                "open handler to another servlet without a token",
                Target.get("/public/" + how + "?to=/files/x"),
                MISSING_TOKEN);
        attacks.add(
                "open handler to one without the scope",
                Target.get("/public/" + how + "?to=" + target.reports(), withoutScope),
                INSUFFICIENT);
    }

    private void graphQl(Attacks attacks) {
        attacks.add("without a token", query(target.acme), MISSING_TOKEN);
        attacks.add("field of another organization", query(target.globex, bearer), FIELD_MISMATCH);
        attacks.add("field without the scope", query(target.acme, withoutScope), FIELD_INSUFFICIENT);
        attacks.add("field", query(target.acme, bearer), GRANTED);
    }

    private void servlets(Attacks attacks) {
        attacks.add("below a pattern of an open handler", Target.get("/files/x"), MISSING_TOKEN);
        attacks.add(
                "with a detour, which Spring Framework takes for a wrong context path",
                Target.get("/public/../files/x"),
                MALFORMED_REQUEST + " | 500 - -");
        attacks.add("with a token", Target.get("/files/x", bearer), GRANTED);
    }

    /** They keep their status: 401 would make the client discard a good token. */
    private void errors(Attacks attacks) {
        attacks.add("an exception", Target.get("/public/broken"), "500 - -");
        attacks.add("an exception of a request with a token", Target.get("/public/broken", bearer), "500 - -");
        attacks.add("a conflict", Target.get("/public/conflict"), "409 - -");
        attacks.add(
                "a bad body", Target.request("POST", "/public/body", "{", "Content-Type: application/json"), "400 - -");
    }

    private static String of(String organization, String what) {
        return "/organizations/" + organization + "/" + what;
    }

    private static String socket(String organization) {
        return of(organization, "socket");
    }

    private static String handshake(String organization, String... headers) {
        return upgrade(socket(organization), headers);
    }

    /** Followed by a frame that closes the connection, if it is one by then. */
    private static String upgrade(String path, String... headers) {
        String[] all = new String[headers.length + 4];
        System.arraycopy(headers, 0, all, 4, headers.length);
        all[0] = "Upgrade: websocket";
        all[1] = "Connection: Upgrade";
        all[2] = "Sec-WebSocket-Version: 13";
        all[3] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        return Target.get(path, all) + "\u0088\u0080\0\0\0\0";
    }

    private static String query(String organization, String... headers) {
        String[] all = new String[headers.length + 1];
        System.arraycopy(headers, 0, all, 1, headers.length);
        all[0] = "Content-Type: application/json";
        String body = "{\"query\":\"{ den(organizationId: \\\"" + organization + "\\\") { organizationId } }\"}";
        return Target.request("POST", "/graphql", body, all);
    }
}
