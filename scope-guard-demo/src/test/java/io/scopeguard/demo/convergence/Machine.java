package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Http;
import io.scopeguard.logtobox.TestClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** A client without a user: it repeats its token request, with the scopes that were missing. */
final class Machine implements Tokens {

    private final Http provider;
    private final TestClient client;
    private final Supplier<List<String>> request;
    private final Set<String> scopes;

    /**
     * @param request the parameters of a token request, without the scopes
     */
    Machine(Http provider, TestClient client, Supplier<List<String>> request, String... scopes) {
        this.provider = provider;
        this.client = client;
        this.request = request;
        this.scopes = new LinkedHashSet<>(Arrays.asList(scopes));
    }

    @Override
    public Answer refresh(Set<String> named) {
        scopes.addAll(named);
        List<String> form = new ArrayList<>(request.get());
        form.addAll(List.of("scope", String.join(" ", scopes)));
        return client.token(provider, form.toArray(String[]::new));
    }

    @Override
    public boolean reconsent(Set<String> named) {
        throw new AssertionError("nobody is there to be asked for consent");
    }
}
