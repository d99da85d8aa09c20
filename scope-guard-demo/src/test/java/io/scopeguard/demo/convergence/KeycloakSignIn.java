package io.scopeguard.demo.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.demo.keycloak.KeycloakBrowser;
import io.scopeguard.logtobox.Answer;
import java.util.LinkedHashSet;
import java.util.Set;

/** A page in the browser of a user that is signed in at a real Keycloak. */
final class KeycloakSignIn implements Tokens {

    private final KeycloakBrowser browser;
    private final String client;
    private final Set<String> scopes;
    private final KeycloakTokens tokens;
    private String refreshToken;

    /**
     * Signs in.
     *
     * @param scope the scope of the sign-in
     */
    KeycloakSignIn(KeycloakBrowser browser, String client, Set<String> scope, KeycloakTokens tokens) {
        this.browser = browser;
        this.client = client;
        this.scopes = new LinkedHashSet<>(scope);
        this.tokens = tokens;
        this.refreshToken = authorize();
    }

    /** Names of roles are never requested: roles are added without a request, or by another sign-in. */
    @Override
    public Answer refresh(Set<String> named) {
        Answer answer = browser.refresh(client, refreshToken);
        if (answer.status() == 200) {
            refreshToken = answer.string("refresh_token");
        }
        return answer;
    }

    @Override
    public boolean reconsent(Set<String> named) {
        scopes.addAll(named);
        refreshToken = authorize();
        return true;
    }

    @Override
    public Set<String> scopes(String token) {
        return tokens.scopes(token);
    }

    private String authorize() {
        Answer answer = browser.signIn(client, String.join(" ", scopes));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.string("refresh_token");
    }
}
