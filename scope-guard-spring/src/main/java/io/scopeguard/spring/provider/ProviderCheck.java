package io.scopeguard.spring.provider;

import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.DeclaredScopes;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the facts that are needed first from a provider while the application starts. A setting that the provider refuses stops
 * start-up before a request is served. If the provider does not answer soon, start-up continues without it, unless the application
 * is configured otherwise.
 */
final class ProviderCheck {

    private static final Logger log = LoggerFactory.getLogger(ProviderCheck.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final ProviderRegistration registration;
    private final IdentityProvider provider;
    private final Set<Audience> audiences;
    private final DeclaredScopes declared;
    private final boolean failFast;
    private final Duration timeout;
    private final CompletableFuture<Void> answer;
    private volatile boolean running;

    /**
     * @param failFast whether start-up stops without an answer
     * @param timeout how long start-up waits for the answer
     */
    ProviderCheck(
            ProviderRegistration registration,
            Set<Audience> audiences,
            DeclaredScopes declared,
            boolean failFast,
            Duration timeout) {
        this.registration = registration;
        this.provider = registration.provider();
        this.audiences = audiences;
        this.declared = declared;
        this.failFast = failFast;
        this.timeout = timeout;
        // Starts now, to run in parallel with the rest of start-up.
        this.answer = CompletableFuture.runAsync(this::ask, ProviderCheck::inBackground);
    }

    /**
     * Waits for the result of the check, at most for the timeout.
     *
     * @throws InvalidSettingException if the provider refuses a setting, or does not answer although start-up depends on it; or if
     *     an operation requires a scope that no token of the provider can show
     */
    void start() {
        running = true;
        checkNames();
        warn();
        Throwable failure = await();
        if (failure instanceof SettingRefusedException refused) {
            throw invalid(refused);
        }
        if (failure != null && failFast) {
            throw new InvalidSettingException(
                    registration.address(),
                    "cannot be checked: " + provider.description() + " does not answer: " + failure.getMessage(),
                    "Start " + provider.description()
                            + " first, or set scope-guard.fail-fast=false to start without it.",
                    failure);
        }
        if (failure != null) {
            log.warn("Starting without an answer from {}: {}", provider.description(), failure.getMessage());
            var unused = answer.whenComplete((answered, trouble) -> reportLate(trouble, FIRST_PAUSE));
        } else {
            reportUnknown();
        }
    }

    /** Without this check, a client would be asked for such a scope again and again. */
    private void checkNames() {
        TokenReader reader = provider.tokenReader(audiences.stream()
                .filter(audience -> !audience.isOrganization())
                .toList());
        for (Audience audience : declared.audiences()) {
            for (String scope : declared.of(audience)) {
                String operation = declared.operationThatRequires(audience, scope);
                if (operation != null && !reader.canShow(scope)) {
                    throw new InvalidSettingException(
                            operation,
                            "requires the scope " + scope + " of " + audience + ", which no token of "
                                    + provider.description()
                                    + " can show: the name has another meaning there, such as that of an OpenID Connect scope",
                            "Rename the permission at the provider and here, to read:" + scope + " for example.");
                }
            }
        }
    }

    private void warn() {
        provider.warnings().forEach(warning -> log.warn("{}: {}", provider.description(), warning));
        Duration delay = provider.permissions().traits().delay();
        if (!delay.isZero()) {
            log.info(
                    "{} may answer with a state that is {} s old. This time is added to max-age, max-stale and every maxAge",
                    provider.description(),
                    delay.toSeconds());
        }
    }

    void stop() {
        running = false;
    }

    private @Nullable Throwable await() {
        try {
            answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return null;
        } catch (ExecutionException | CompletionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            return new PermissionsUnavailableException(
                    PermissionsUnavailableException.Reason.TIMEOUT,
                    "no response within " + timeout.toMillis() + " ms (scope-guard.startup-timeout)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e;
        }
    }

    private void ask() {
        provider.check(audiences);
    }

    /** Too late to stop start-up, but not to report the problem. While no facts are known, the provider is called again. */
    private void reportLate(@Nullable Throwable failure, Duration pause) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause == null) {
            reportUnknown();
        } else if (cause instanceof SettingRefusedException refused) {
            InvalidSettingException invalid = invalid(refused);
            log.error("{}. {}", invalid.getMessage(), invalid.fix());
        } else {
            CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS, ProviderCheck::inBackground)
                    .execute(() -> askAgain(pause));
        }
    }

    private void askAgain(Duration pause) {
        if (!running) {
            // The application has stopped during the pause.
            return;
        }
        Throwable failure = null;
        try {
            ask();
        } catch (RuntimeException e) {
            failure = e;
        }
        reportLate(failure, longer(pause));
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    /** Reports unknown roles in the background: only this report needs the list of roles. */
    private void reportUnknown() {
        reportUnknownScopes();
        Roles roles = declared.roles();
        if (!roles.isEmpty()) {
            inBackground(() -> UnknownRoles.report(provider, roles));
        }
    }

    private void reportUnknownScopes() {
        if (provider.catalogue().isUnread()) {
            // Without a list of scopes, unknown ones cannot be found.
            return;
        }
        Set<Audience> used = new LinkedHashSet<>(audiences);
        used.addAll(declared.audiences());
        for (Audience audience : used) {
            Scopes known = provider.catalogue().scopesOf(audience);
            if (known == null) {
                log.warn(
                        "{} has no resource {}: no token can be issued for it. Check scope-guard.resources.",
                        provider.description(),
                        audience);
            } else if (!known.containsAll(declared.of(audience))) {
                log.warn(
                        "Handlers require scopes that {} does not have for {}: {}. It has: {}. Create them there, or"
                                + " correct the annotations.",
                        provider.description(),
                        audience,
                        declared.of(audience).minus(known),
                        known);
            }
        }
    }

    private InvalidSettingException invalid(SettingRefusedException refused) {
        return new InvalidSettingException(
                registration.property(refused.setting()),
                "is refused: " + refused.getMessage(),
                refused.fix(),
                refused);
    }

    private static void inBackground(Runnable task) {
        Thread thread = new Thread(task, "scope-guard-start");
        thread.setDaemon(true);
        thread.start();
    }
}
