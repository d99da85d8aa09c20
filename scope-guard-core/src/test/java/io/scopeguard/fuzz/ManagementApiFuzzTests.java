package io.scopeguard.fuzz;

import static io.scopeguard.provider.CallContext.FOREGROUND;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.net.httpserver.HttpExchange;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.Recorded;
import io.scopeguard.testing.TestTokens;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers of the Management API. The first byte of the input chooses the status and the number of items that the answer
 * announces, the rest is the body of every answer.
 */
class ManagementApiFuzzTests {

    private static final int[] STATUSES = {200, 200, 200, 404, 422, 403, 401, 201};
    private static final byte[] TOKEN =
            "{\"access_token\":\"management\",\"expires_in\":3600,\"token_type\":\"Bearer\",\"scope\":\"all\"}"
                    .getBytes(UTF_8);

    private static final DistinctMessages messages = new DistinctMessages();
    private static volatile byte[] input = {};
    private static final RawServer server = new RawServer(ManagementApiFuzzTests::answer);

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<byte[]> seeds() {
        return Stream.concat(
                        Recorded.names("management-api").stream()
                                .map(name -> Recorded.of("management-api/" + name))
                                .filter(recorded -> recorded.content().has("response"))
                                .map(Recorded::body),
                        Stream.of("[]", "{}", "null", "[null]", "[{\"id\":1}]", "[".repeat(500), "\"\\ud800\"", ""))
                .map(body -> ("\u0008" + body).getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void read(byte[] answer) {
        input = answer;
        Logto logto = Logto.at(new LogtoTenant(URI.create(server.url())), "app", "secret")
                .callsPerSecond(1_000_000)
                .build();
        PermissionSource source = logto.permissions();
        attempt(() -> logto.check(List.of(Audience.ORGANIZATION, TestTokens.API)));
        attempt(() -> source.definitions(DefinitionsKey.ORGANIZATION_ROLES, FOREGROUND));
        attempt(() -> source.definitions(DefinitionsKey.GLOBAL_ROLES, FOREGROUND));
        attempt(() -> source.roleScopes(DefinitionsKey.GLOBAL_ROLES, "auditor", TestTokens.API, FOREGROUND));
        attempt(() -> source.roleScopes(DefinitionsKey.ORGANIZATION_ROLES, "admin", TestTokens.API, FOREGROUND));
        for (Subject subject : List.of(
                new Subject(Subject.Type.USER, Recorded.ALICE),
                new Subject(Subject.Type.APPLICATION, Recorded.AGENT))) {
            attempt(() -> source.membership(subject, Recorded.ACME, FOREGROUND));
            attempt(() -> source.confirmMembership(subject, Recorded.ACME, FOREGROUND));
            attempt(() -> source.account(subject, FOREGROUND));
            attempt(() -> source.globalGrants(subject, FOREGROUND));
        }
        attempt(() -> source.members(Recorded.ACME, null, FOREGROUND));
        attempt(() -> source.holders("auditor", null, FOREGROUND));
    }

    private static void attempt(Runnable read) {
        try {
            read.run();
        } catch (PermissionsUnavailableException | SettingRefusedException documented) {
            messages.add(documented);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        byte[] all = input;
        if (exchange.getRequestURI().getPath().startsWith("/oidc/")) {
            RawServer.answer(exchange, 200, TOKEN);
            return;
        }
        int first = all.length == 0 ? 0 : all[0] & 0xff;
        exchange.getResponseHeaders().set("Total-Number", String.valueOf(first / STATUSES.length));
        byte[] body = all.length == 0 ? all : Arrays.copyOfRange(all, 1, all.length);
        RawServer.answer(exchange, STATUSES[first % STATUSES.length], body);
    }
}
