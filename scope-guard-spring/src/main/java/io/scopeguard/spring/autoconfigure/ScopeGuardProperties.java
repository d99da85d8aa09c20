package io.scopeguard.spring.autoconfigure;

import io.scopeguard.Mode;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.stream.SignalStreamController;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * Settings of Scope Guard. Durations without a unit are seconds.
 *
 * @param enabled Whether Scope Guard is active.
 * @param failFast Whether start-up stops if the provider does not answer. A setting that the provider refuses stops start-up in any
 *     case.
 * @param startupTimeout How long start-up waits for the checks of the provider's settings. Without an answer by then, start-up
 *     goes on and the checks continue, or start-up stops with fail-fast. Defaults to 3s, or to 15s with fail-fast.
 * @param mode Effect of live permissions: observe (metrics only), signal (clients receive hints, the token decides) or enforce
 *     (revoked permissions are denied).
 * @param publicUrl Address at which clients reach this API, up to and including its context path, e.g.
 *     https://api.example.com. Used in challenges and in the protected resource metadata (RFC 9728). Without it they name the
 *     address of the request, as given by the Host header or the proxy's headers.
 * @param resources This API's own resource indicators (RFC 8707), compared exactly. May be empty if only organization tokens
 *     are used.
 * @param defaultAudience Audience of a requirement that names none: 'organization' or one of the resources. Defaults to the
 *     only resource, or to 'organization' if there is none; required with several resources.
 * @param unannotated Access to handlers without @RequiresScopes or @PublicEndpoint: with any valid token (authenticated), or none
 *     (deny).
 * @param open Handlers that are open to everybody without a token, because they cannot be annotated: 'static' (files and the
 *     welcome page), 'openapi' (the document that springdoc makes), 'actuator:' with the id of an endpoint, 'servlet:' with the
 *     name of a servlet.
 * @param authorities Which tokens give SCOPE_ authorities for @PreAuthorize and the like: none, or every one (token). Such
 *     authorities hold in every organization and ignore live permissions.
 * @param clockSkew By how much the provider's clock may differ from this one when a token's times are checked.
 * @param clients Exceptions for single clients, by client_id: 'watch' (the scopes whose absence from their tokens is reported, as
 *     in scope-guard.drift.watch), 'non-interactive' (no user is present to grant consent) and 'third-party' (the client receives
 *     the number of the scopes that a token lacks, but not their names). A client_id with other characters than letters, digits and
 *     dashes needs square brackets, e.g. scope-guard.clients[https://app.example.com].third-party.
 * @since 0.1
 */
@ConfigurationProperties("scope-guard")
public record ScopeGuardProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("false") boolean failFast,

        @Nullable @DurationUnit(ChronoUnit.SECONDS) Duration startupTimeout,

        @DefaultValue("enforce") Mode mode,
        @Nullable String publicUrl,
        @DefaultValue List<String> resources,
        @Nullable String defaultAudience,
        @DefaultValue("authenticated") Unannotated unannotated,
        @DefaultValue List<String> open,
        @DefaultValue("none") Authorities authorities,

        @DefaultValue("60s") @DurationUnit(ChronoUnit.SECONDS)
        Duration clockSkew,

        @DefaultValue Permissions permissions,
        @DefaultValue Drift drift,
        @DefaultValue Signals signals,
        @DefaultValue Streams streams,
        @DefaultValue Organization organization,
        @DefaultValue Log log,
        @DefaultValue Map<String, Client> clients) {

    /** Access to handlers without an annotation. */
    public enum Unannotated {
        AUTHENTICATED,
        DENY
    }

    /** How log lines name an organization. */
    public enum OrganizationInLog {
        OMIT,
        HASH
    }

    /** Which tokens give authorities. */
    public enum Authorities {
        NONE,
        TOKEN
    }

    /**
     * Live permissions.
     *
     * @param maxAge How old live permissions may be before they are read again.
     * @param maxStale Age beyond which live permissions are not used, for any reason.
     * @param whenUnknown Policy if live permissions are unknown: trust-token or deny.
     * @param maxWait How long a request waits for live permissions.
     * @param maxEntries Maximum number of cached pairs of subject and organization.
     */
    public record Permissions(
            @DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS)
            Duration maxAge,

            @DefaultValue("5m") @DurationUnit(ChronoUnit.SECONDS)
            Duration maxStale,

            @DefaultValue("trust-token") WhenUnknown whenUnknown,

            @DefaultValue("2s") @DurationUnit(ChronoUnit.SECONDS)
            Duration maxWait,

            @DefaultValue("100000") int maxEntries) {}

    /**
     * Hints for clients.
     *
     * @param watch The scopes whose absence from a token is reported: 'declared' (those that handlers declare), 'all', or a
     *     list of scopes.
     * @param spread Over how long clients are asked to spread their refreshes; from 1s to 30s.
     */
    public record Drift(
            @DefaultValue("declared") List<String> watch,

            @DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS)
            Duration spread) {}

    /**
     * Signals outside of responses.
     *
     * @param stream The endpoint that streams drift.
     */
    public record Signals(@DefaultValue Stream stream) {

        /**
         * An endpoint that streams the drift of the presented token as server-sent events.
         *
         * @param enabled Whether the endpoint exists.
         * @param path Path of the endpoint, below that of the DispatcherServlet.
         * @param maxStreams Maximum number of open streams. Further requests get 503.
         * @param maxPerSubject Maximum number of open streams of one subject. The newest replaces the oldest.
         * @param keepAlive Time between two comments, which detect clients that have gone and keep proxies from closing.
         */
        public record Stream(
                @DefaultValue("false") boolean enabled,

                @DefaultValue(SignalStreamController.DEFAULT_PATH)
                String path,

                @DefaultValue("200") int maxStreams,
                @DefaultValue("4") int maxPerSubject,

                @DefaultValue("10s") @DurationUnit(ChronoUnit.SECONDS)
                Duration keepAlive) {}
    }

    /**
     * Streamed responses and WebSocket sessions, which end with the right to them.
     *
     * @param maxOpen Maximum number of open streams for each provider. Beyond it, opening another one gets 503.
     */
    public record Streams(@DefaultValue("20000") int maxOpen) {}

    /**
     * Where a request names its organization.
     *
     * @param pathVariable Name of the path variable.
     * @param header Name of a header, if there is one.
     * @param providers Which organizations belong to each identity provider, by the provider's name, where there are several: ids,
     *     beginnings of ids followed by *, or * for all others.
     * @param globalProvider Name of the identity provider whose tokens count outside of organizations, if there are several.
     *     Without it, none do.
     */
    public record Organization(
            @DefaultValue("organizationId") String pathVariable,
            @Nullable String header,
            @DefaultValue Map<String, List<String>> providers,
            @Nullable String globalProvider) {}

    /**
     * Log lines about denials.
     *
     * @param organization Whether they name the organization: omit, or hash (the first 12 hexadecimal digits of the SHA-256 of
     *     its id).
     */
    public record Log(@DefaultValue("omit") OrganizationInLog organization) {}

    /**
     * Settings for a single client.
     *
     * @param watch Scopes whose absence from the client's tokens is reported: 'declared', 'all', or a list of scopes. Defaults to
     *     the setting for all clients.
     * @param nonInteractive Whether no user is present to grant consent, even though the client's tokens look interactive.
     * @param thirdParty Whether the client belongs to another party: responses then contain the number of missing scopes, not their
     *     names.
     */
    public record Client(
            @Nullable List<String> watch,
            @DefaultValue("false") boolean nonInteractive,
            @DefaultValue("false") boolean thirdParty) {}
}
