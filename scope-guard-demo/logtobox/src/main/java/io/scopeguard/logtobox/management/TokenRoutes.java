package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.oidc.SigningKeys;
import io.scopeguard.logtobox.oidc.SubjectTokens;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code /subject-tokens} and the signing keys. */
final class TokenRoutes {

    private static final List<String> ALGORITHMS = List.of("RSA", "EC");

    private final SubjectTokens subjectTokens;
    private final SigningKeys keys;
    private final Directory directory;

    TokenRoutes(SubjectTokens subjectTokens, SigningKeys keys, Directory directory) {
        this.subjectTokens = subjectTokens;
        this.keys = keys;
        this.directory = directory;
    }

    void addTo(Routes routes) {
        routes.post("/subject-tokens", this::createSubjectToken)
                .get("/configs/oidc/private-keys", call -> Reply.ok(keys.list()))
                .post("/configs/oidc/private-keys/rotate", this::rotate)
                .delete("/configs/oidc/private-keys/:keyId", this::deleteKey);
    }

    /** Also issued to a suspended user; only the exchange is refused. */
    private Reply createSubjectToken(Call call) {
        String userId = call.body().string("userId");
        if (!directory.users().contains(userId)) {
            throw RequestError.foreignKeyNotFound();
        }
        return Reply.created(
                Json.object("subjectToken", subjectTokens.issue(userId), "expiresIn", SubjectTokens.TTL.toSeconds()));
    }

    private Reply rotate(Call call) {
        Body body = call.body();
        Optional<String> algorithm = body.optionalString("signingKeyAlgorithm");
        algorithm.filter(name -> !ALGORITHMS.contains(name)).ifPresent(name -> {
            throw Body.unknownValue("signingKeyAlgorithm", name);
        });
        Duration grace = Duration.ofSeconds(Math.max(0, body.number("rotationGracePeriod", 0)));
        return Reply.ok(keys.rotate(algorithm.orElse(null), grace));
    }

    private Reply deleteKey(Call call) {
        keys.delete(call.path("keyId"));
        return Reply.noContent();
    }
}
