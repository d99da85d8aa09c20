package io.scopeguard.demo.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Browser;
import io.scopeguard.logtobox.Http;
import io.scopeguard.logtobox.TestClient;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A page in the browser of a signed-in user. */
final class SignIn implements Tokens {

    /** The reaction of the user and the page to a request for consent. */
    enum Consent {
        GIVEN,
        /** The user closes the dialog. */
        REFUSED,
        /** The page's list of scopes is fixed: it requests consent, but never for the named scopes. */
        WITHOUT_NAMING
    }

    private static final List<String> BASE = List.of("openid", "offline_access", "urn:logto:scope:organizations");
    private static final List<String> RESOURCES = List.of(Browser.ORGANIZATIONS, Browser.API);

    private final Http provider;
    private final TestClient client;
    private final Browser browser;
    private final List<String> target;
    private final Consent consent;
    private final Set<String> scopes;
    private String refreshToken;

    /**
     * Signs in.
     *
     * @param target the tokens that the page requests: parameters of the token request
     * @param scopes the scopes that the sign-in requests
     */
    SignIn(
            Http provider,
            TestClient client,
            Browser browser,
            List<String> target,
            Consent consent,
            Set<String> scopes) {
        this.provider = provider;
        this.client = client;
        this.browser = browser;
        this.target = target;
        this.consent = consent;
        this.scopes = new LinkedHashSet<>(scopes);
        this.refreshToken = authorize();
    }

    @Override
    public Answer refresh(Set<String> named) {
        List<String> form = new ArrayList<>(List.of("grant_type", "refresh_token", "refresh_token", refreshToken));
        form.addAll(target);
        Answer answer = client.token(provider, form.toArray(String[]::new));
        if (answer.status() == 200) {
            refreshToken = answer.string("refresh_token");
        }
        return answer;
    }

    @Override
    public boolean reconsent(Set<String> named) {
        if (consent == Consent.REFUSED) {
            assertThat(browser.deny(client, scope(), RESOURCES)).containsEntry("error", "access_denied");
            return false;
        }
        if (consent == Consent.GIVEN) {
            scopes.addAll(named);
        }
        refreshToken = authorize();
        return true;
    }

    private String authorize() {
        Answer answer = browser.signIn(client, scope(), RESOURCES, "consent");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.string("refresh_token");
    }

    private String scope() {
        return String.join(" ", BASE) + " " + String.join(" ", scopes);
    }
}
