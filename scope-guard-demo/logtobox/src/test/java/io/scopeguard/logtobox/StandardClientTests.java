package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;

/** Clients of OpenID Connect that know nothing about Logto. */
class StandardClientTests {

    private static final URI REDIRECT_URI = URI.create(Browser.REDIRECT_URI);

    private static LogtoBox box;

    @BeforeAll
    static void start() {
        box = LogtoBox.builder().port(0).start();
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    private static String issuer() {
        return box.endpoint() + "/oidc";
    }

    @Test
    void springSecurityDiscoversTheProvider() {
        ClientRegistration registration = ClientRegistrations.fromIssuerLocation(issuer())
                .registrationId("logto")
                .clientId("demo-server")
                .build();
        assertThat(registration.getProviderDetails().getTokenUri()).isEqualTo(issuer() + "/token");
        assertThat(registration.getProviderDetails().getJwkSetUri()).isEqualTo(issuer() + "/jwks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo-web", "demo-server"})
    void nimbusSignsInAndRefreshes(String clientId) throws Exception {
        OIDCProviderMetadata provider = OIDCProviderMetadata.resolve(new Issuer(issuer()));
        ClientID client = new ClientID(clientId);
        CodeVerifier verifier = new CodeVerifier();
        Nonce nonce = new Nonce();
        State state = new State();
        URI request = new AuthenticationRequest.Builder(
                        ResponseType.CODE, new Scope("openid", "profile", "offline_access"), client, REDIRECT_URI)
                .endpointURI(provider.getAuthorizationEndpointURI())
                .state(state)
                .nonce(nonce)
                .prompt(com.nimbusds.openid.connect.sdk.Prompt.parse("consent"))
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .build()
                .toURI();

        var response = AuthenticationResponseParser.parse(new Browser(box.endpoint(), "carol").visit(request));
        assertThat(response.getIssuer()).isEqualTo(provider.getIssuer());
        assertThat(response.getState()).isEqualTo(state);
        AuthorizationCode code = response.toSuccessResponse().getAuthorizationCode();

        OIDCTokens tokens = redeem(provider, client, new AuthorizationCodeGrant(code, REDIRECT_URI, verifier));
        var idToken = new IDTokenValidator(
                        provider.getIssuer(),
                        client,
                        JWSAlgorithm.ES384,
                        provider.getJWKSetURI().toURL())
                .validate(tokens.getIDToken(), nonce);
        assertThat(idToken.getSubject().getValue()).isEqualTo("carol");

        UserInfoResponse userInfo =
                UserInfoResponse.parse(new UserInfoRequest(provider.getUserInfoEndpointURI(), tokens.getAccessToken())
                        .toHTTPRequest()
                        .send());
        assertThat(userInfo.toSuccessResponse().getUserInfo().getName()).isEqualTo("Carol");

        OIDCTokens refreshed = redeem(provider, client, new RefreshTokenGrant(tokens.getRefreshToken()));
        assertThat(refreshed.getAccessToken().getValue())
                .isNotEqualTo(tokens.getAccessToken().getValue());
        assertThat(refreshed.getRefreshToken()).isNotNull();
    }

    private static OIDCTokens redeem(OIDCProviderMetadata provider, ClientID client, AuthorizationGrant grant)
            throws Exception {
        URI endpoint = provider.getTokenEndpointURI();
        TokenRequest request = client.getValue().equals("demo-web")
                ? new TokenRequest.Builder(endpoint, client, grant).build()
                : new TokenRequest.Builder(
                                endpoint, new ClientSecretBasic(client, new Secret("demo-server-secret")), grant)
                        .build();
        return ((OIDCTokenResponse)
                        OIDCTokenResponseParser.parse(request.toHTTPRequest().send()))
                .getOIDCTokens();
    }
}
