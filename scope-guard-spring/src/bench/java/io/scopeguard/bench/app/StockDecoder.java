package io.scopeguard.bench.app;

import io.scopeguard.bench.TokenIssuer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** Spring Security's own decoder, configured for RFC 9068 access tokens according to its documentation. */
@Configuration(proxyBeanMethods = false)
class StockDecoder {

    static final String ISSUER = "bench.issuer";
    static final String ALGORITHM = "bench.algorithm";

    @Bean
    JwtDecoder jwtDecoder(@Value("${" + ISSUER + "}") String issuer, @Value("${" + ALGORITHM + "}") String algorithm) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(issuer + "/jwks")
                .jwsAlgorithm(SignatureAlgorithm.from(algorithm))
                .validateType(false)
                .build();
        decoder.setJwtValidator(JwtValidators.createAtJwtValidator()
                .issuer(issuer)
                .audience(TokenIssuer.AUDIENCE)
                .clientId(TokenIssuer.CLIENT)
                .build());
        return decoder;
    }
}
