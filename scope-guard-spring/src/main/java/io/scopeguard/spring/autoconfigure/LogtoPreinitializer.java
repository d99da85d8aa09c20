package io.scopeguard.spring.autoconfigure;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import io.scopeguard.ScopeGuard;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.token.AccessTokenVerifier;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.boot.context.properties.bind.Binder;

/**
 * Uses each part of a guard once in the background while Spring Boot starts, after {@link GuardPreinitializer} and in the same
 * circumstances: the parts that check a token, count calls or remember permissions. The tenant is never called. Most parts are the
 * same with another provider.
 *
 * <p>Found by Spring Boot through {@code spring.factories}.
 */
final class LogtoPreinitializer implements BackgroundPreinitializer {

    private static final String NOBODY = "nobody";
    private static final URI NOWHERE = URI.create("http://localhost");
    private static final String ISSUER = "https://example.org";

    /** The public key of {@link #TOKEN}. Nobody has the private one. */
    private static final String KEY =
            "{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"sample\",\"alg\":\"ES384\",\"use\":\"sig\","
                    + "\"x\":\"Y0RZyUsaKQRGIk9uvyKhJ6XgeOeH2caqv_nm3h69Qcm42qeVXYzibOdpkqjFog4j\","
                    + "\"y\":\"dVRF9h9U1hraQGOB8LGLZuzMNxrHMxccp4yqVd-QjljQPLbF3-fDh2ba9dfAoRfp\"}";

    /** A token that expired in 1970. */
    private static final String TOKEN = "eyJhbGciOiJFUzM4NCIsInR5cCI6ImF0K2p3dCIsImtpZCI6InNhbXBsZSJ9"
            + ".eyJpc3MiOiJodHRwczovL2V4YW1wbGUub3JnIiwic3ViIjoibm9ib2R5IiwiY2xpZW50X2lkIjoibm9uZSIsImF1ZCI6InVybjpsb2d0bzpvcmdh"
            + "bml6YXRpb246bm9uZSIsImp0aSI6InNhbXBsZSIsInNjb3BlIjoiYSBiIiwiaWF0IjoxLCJleHAiOjJ9"
            + ".U4EUUdz6ba-w9NOlRzesXjOaBQ7PnlfviJd_0vktanoQwJestILnUgQjg57b3SA_2QIrJ2PQBhIyPg4UtRz7aM2sBs_P5Xa2R7JuyGBLrdKRx31aCglv"
            + "3HMTVS6VuLdB";

    @Override
    public void preinitialize() throws ParseException, JOSEException {
        if (GuardPreinitializer.isAotProcessing()) {
            return;
        }
        var unused = new Binder().bindOrCreate(LogtoSettings.PREFIX, LogtoProperties.class);
        GuardPreinitializer.prepareBeans(LogtoAutoConfiguration.class);
        useGuard();
        verifySignature();
    }

    private static void useGuard() {
        GuardMetrics metrics =
                new GuardMetrics(TelemetryConfiguration.withoutMeters(), Clock.systemUTC(), Duration.ofMinutes(5));
        Logto logto = Logto.at(new LogtoTenant(NOWHERE), NOBODY, NOBODY)
                .listener(metrics.calls(NOBODY))
                .build();
        try (AccessTokenVerifier verifier = AccessTokenVerifier.builder(
                                List.of(ISSUER), keys(), logto.tokenReader(List.of()))
                        .keyListener(metrics.keys(NOBODY))
                        .build();
                ScopeGuard guard = ScopeGuard.builder(logto)
                        .verifier(verifier)
                        .listener(metrics.remedies(NOBODY))
                        .build()) {
            guard.verify(TOKEN);
        } catch (InvalidTokenException e) {
            // Expiry is the last check before the signature.
            if (e.reason() != InvalidTokenException.Reason.EXPIRED) {
                throw e;
            }
        }
    }

    /** The keys as a provider publishes them. */
    private static URI keys() {
        byte[] set = ("{\"keys\":[" + KEY + "]}").getBytes(StandardCharsets.UTF_8);
        return URI.create("data:application/json;base64," + Base64.getEncoder().encodeToString(set));
    }

    /** Not by the guard, whose first signature lets native signatures load. */
    private static void verifySignature() throws ParseException, JOSEException {
        if (!JWSObject.parse(TOKEN).verify(new ECDSAVerifier(ECKey.parse(KEY)))) {
            throw new IllegalStateException("the sample token does not fit the sample key");
        }
    }
}
