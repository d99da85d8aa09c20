package io.scopeguard.bench.jmh;

import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.ConfigurableJWTProcessor;
import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.TokenIssuer;
import java.security.Provider;
import java.util.Optional;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** Spring Security's decoders, configured for access tokens according to its documentation. */
final class Decoders {

    private Decoders() {}

    static JwtDecoder nimbus(JWKSet keys, Algorithm algorithm, Optional<Provider> crypto) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSource(new ImmutableJWKSet<>(keys))
                .jwsAlgorithm(SignatureAlgorithm.from(algorithm.name()))
                .jwtProcessorCustomizer(processor -> crypto.ifPresent(provider -> use(provider, processor)))
                .build();
        decoder.setJwtValidator(JwtValidators.createAtJwtValidator()
                .issuer(SignedTokens.issuerName())
                .audience(TokenIssuer.AUDIENCE)
                .clientId(TokenIssuer.CLIENT)
                .build());
        return decoder;
    }

    private static void use(Provider provider, ConfigurableJWTProcessor<SecurityContext> processor) {
        DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();
        verifiers.getJCAContext().setProvider(provider);
        processor.setJWSVerifierFactory(verifiers);
    }
}
