package io.scopeguard.spring.test;

import io.scopeguard.spring.authentication.AccessTokenJwt;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AbstractOAuth2Token;
import org.springframework.security.test.web.support.WebTestUtils;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.ResultHandler;

/** Explains the rejection of a request that a test authenticated with {@code jwt()}, whose token no issuer signed. */
final class UnverifiedTokenCheck implements ResultHandler {

    private static final String KIT =
            "Use .with(organizationToken(\"acme\").scopes(\"read:report\")) of io.scopeguard.spring.test.TestAccessToken,"
                    + " or @WithOrganizationToken.";
    private static final String PROVIDER =
            "Send a token of the test's identity provider, such as LogtoBox.token(user, organization, scopes), in the"
                    + " Authorization header; or annotate the test with @AutoConfigureTestIdentityProvider, and use"
                    + " .with(organizationToken(\"acme\").scopes(\"read:report\")) of"
                    + " io.scopeguard.spring.test.TestAccessToken.";

    private final boolean isReplaced;

    /** @param isReplaced whether the identity provider is the one inside the test process */
    UnverifiedTokenCheck(boolean isReplaced) {
        this.isReplaced = isReplaced;
    }

    @Override
    public void handle(MvcResult result) {
        boolean isDenied = result.getResponse().getStatus() == HttpStatus.UNAUTHORIZED.value();
        if (isDenied && isUnverified(authentication(result))) {
            throw new AssertionError(
                    "The request was authenticated by jwt() or the like, without a token that Scope Guard"
                            + " verified, so the guard refused it. " + (isReplaced ? KIT : PROVIDER));
        }
    }

    private static @Nullable Authentication authentication(MvcResult result) {
        MockHttpServletRequest request = result.getRequest();
        return WebTestUtils.getSecurityContextRepository(request)
                .loadDeferredContext(request)
                .get()
                .getAuthentication();
    }

    private static boolean isUnverified(@Nullable Authentication authentication) {
        return authentication != null
                && authentication.getCredentials() instanceof AbstractOAuth2Token
                && AccessTokenJwt.of(authentication) == null;
    }
}
