package io.scopeguard.spring.client;

import io.scopeguard.remedy.Remedy;
import io.scopeguard.spring.client.ScopeDriftEvent.ConsentSuggested;
import io.scopeguard.spring.client.ScopeDriftEvent.RefreshFailed;
import io.scopeguard.spring.client.ScopeDriftEvent.ScopesNotRegistered;
import io.scopeguard.spring.client.ScopeDriftEvent.SessionEnded;
import io.scopeguard.spring.client.ScopeDriftEvent.TokenRefreshed;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

/**
 * The tokens of authorized clients. A token that is out of date according to a response is replaced once, by one thread, after the
 * requested wait: for a denied request immediately, otherwise with the next request. Thread-safe.
 */
final class DriftingTokens {

    private static final Logger log = LoggerFactory.getLogger(DriftingTokens.class);

    /** The longest wait of a denied request. A guard never requests more. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    /** How long a request waits for a token that another request fetches. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Set<String> FINAL = Set.of("invalid_grant", "access_denied");

    private final OAuth2AuthorizedClientManager manager;
    private final Consumer<ScopeDriftEvent> listener;
    private final Pause pause;
    private final AskJournal journal;
    private final SharedWork<HeldToken> work = new SharedWork<>(PATIENCE);

    DriftingTokens(
            OAuth2AuthorizedClientManager manager, Consumer<ScopeDriftEvent> listener, Clock clock, Pause pause) {
        this.manager = manager;
        this.listener = listener;
        this.pause = pause;
        this.journal = new AskJournal(clock);
    }

    /**
     * The token to send now, refreshed first if a refresh is due; empty if the client has no token.
     *
     * @throws OAuth2AuthorizationException if the client has to be authorized first
     */
    Optional<HeldToken> current(ClientCall call) {
        return load(call).map(held -> {
            Ask due = journal.due(held);
            return due == null ? held : refreshed(call, held, due);
        });
    }

    /** Records the ask of a response whose request is not repeated. Does not wait. */
    void note(ClientCall call, HeldToken sent, Ask ask) {
        if (ask.action() == Remedy.REFRESH) {
            journal.schedule(ask);
        } else if (journal.isFirst(ask) && isRegistered(call, sent, ask)) {
            publish(new ConsentSuggested(
                    call.registration(),
                    call.principal().getName(),
                    ask.organization(),
                    ask.resource(),
                    Set.copyOf(ask.scopes())));
        }
    }

    /**
     * Acts on the response to a denied request.
     *
     * @return the token to repeat the request with; empty if there is no other token
     * @throws ConsentRequiredException if the user has to sign in again with consent
     */
    Optional<HeldToken> obey(ClientCall call, HeldToken sent, Ask ask) {
        if (ask.after().compareTo(LONGEST_WAIT) > 0 || !pause.await(ask.after())) {
            note(call, sent, ask);
            return Optional.empty();
        }
        if (ask.action() == Remedy.RECONSENT) {
            requireConsent(call, sent, ask);
            return Optional.empty();
        }
        HeldToken next = refreshed(call, sent, ask);
        return next.isSameAs(sent) ? Optional.empty() : Optional.of(next);
    }

    /** One refresh for all requests with this token. */
    private HeldToken refreshed(ClientCall call, HeldToken held, Ask ask) {
        return work.result(ask.token(), () -> replaced(call, held, ask));
    }

    private Optional<HeldToken> load(ClientCall call) {
        OAuth2AuthorizedClient client =
                manager.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(call.registration())
                        .principal(call.principal())
                        .build());
        return Optional.ofNullable(client).map(HeldToken::of);
    }

    /** Another token, or the same token if it must not or cannot be replaced. */
    private HeldToken replaced(ClientCall call, HeldToken held, Ask ask) {
        HeldToken latest = load(call).orElse(held);
        return latest.isSameAs(held) && journal.act(ask) ? renewed(call, held, ask) : latest;
    }

    private HeldToken renewed(ClientCall call, HeldToken held, Ask ask) {
        try {
            OAuth2AuthorizedClient client =
                    manager.authorize(OAuth2AuthorizeRequest.withAuthorizedClient(held.expired())
                            .principal(call.principal())
                            .build());
            HeldToken next = client == null ? held : HeldToken.of(client);
            if (next.isSameAs(held)) {
                throw new IllegalStateException("The refresh brought no token. The client may have no refresh token");
            }
            publish(new TokenRefreshed(call.registration(), call.principal().getName()));
            return next;
        } catch (RuntimeException e) {
            failed(call, ask, e);
            return held;
        }
    }

    private void failed(ClientCall call, Ask ask, RuntimeException failure) {
        String code = failure instanceof OAuth2AuthorizationException refused
                ? refused.getError().getErrorCode()
                : "";
        if (FINAL.contains(code)) {
            publish(new SessionEnded(call.registration(), call.principal().getName(), code));
        } else {
            journal.allowAnotherAttempt(ask);
            publish(new RefreshFailed(call.registration(), call.principal().getName(), failure));
        }
    }

    private void requireConsent(ClientCall call, HeldToken sent, Ask ask) {
        boolean isStillHeld = load(call).filter(held -> held.isSameAs(sent)).isPresent();
        if (isStillHeld && isRegistered(call, sent, ask) && journal.isFirstConsent(call.clientKey(), ask)) {
            throw new ConsentRequiredException(call.registration(), ask.scopes());
        }
    }

    /** The authorization request asks for the scopes of the registration: without the new ones, consent would change nothing. */
    private boolean isRegistered(ClientCall call, HeldToken sent, Ask ask) {
        Set<String> missing = new TreeSet<>(ask.scopes());
        missing.removeAll(sent.client().getClientRegistration().getScopes());
        if (!missing.isEmpty()) {
            publish(new ScopesNotRegistered(
                    call.registration(), call.principal().getName(), missing));
        }
        return missing.isEmpty();
    }

    private void publish(ScopeDriftEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            log.debug("A listener failed on {}", event.getClass().getSimpleName(), e);
        }
    }
}
