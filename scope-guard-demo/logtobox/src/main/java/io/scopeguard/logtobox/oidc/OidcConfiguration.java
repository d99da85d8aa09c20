package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.interaction.PasswordSignIn;
import io.scopeguard.logtobox.interaction.Sessions;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationConsentAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.web.authentication.OAuth2AuthorizationCodeAuthenticationConverter;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Configures the OpenID endpoints. Not annotated as a configuration, so that the surrounding application's component scan does not
 * find it.
 */
@EnableWebSecurity
public class OidcConfiguration {

    /** The property for whether the access tokens of users carry roles. */
    public static final String ROLES_IN_ACCESS_TOKENS = "logto-box.roles-in-access-tokens";

    @Bean
    Issuer issuer() {
        return new Issuer();
    }

    @Bean
    SigningKeys signingKeys(Clock clock) {
        return new SigningKeys(clock);
    }

    @Bean
    Jwts jwts(SigningKeys keys, Issuer issuer, Clock clock) {
        return new Jwts(keys, issuer, clock);
    }

    @Bean
    Grants grants(Directory directory, Clock clock) {
        Grants grants = new Grants(clock);
        directory.onLockOut(grants::revokeUser);
        return grants;
    }

    @Bean
    SubjectTokens subjectTokens(Clock clock) {
        return new SubjectTokens(clock);
    }

    @Bean
    OidcErrors oidcErrors(Issuer issuer) {
        return new OidcErrors(issuer);
    }

    @Bean
    IdTokens idTokens(Directory directory, Jwts jwts, Issuer issuer, Clock clock) {
        return new IdTokens(new UserClaims(directory), jwts, issuer, clock);
    }

    @Bean
    AccessTokens accessTokens(
            Directory directory,
            Jwts jwts,
            Issuer issuer,
            Clock clock,
            @Value("${" + ROLES_IN_ACCESS_TOKENS + "}") boolean hasRoles) {
        return new AccessTokens(directory, jwts, issuer, clock, hasRoles ? new UserClaims(directory) : null);
    }

    @Bean
    List<GrantHandler> grantHandlers(
            Directory directory,
            Grants grants,
            SubjectTokens subjectTokens,
            AccessTokens accessTokens,
            IdTokens idTokens,
            Clock clock) {
        UserAccess access = new UserAccess(directory);
        return List.of(
                new RefreshTokenGrant(directory, grants, accessTokens, idTokens, access, clock),
                new ClientCredentialsGrant(directory, accessTokens),
                new TokenExchangeGrant(subjectTokens, grants, accessTokens, access));
    }

    @Bean
    DirectTokens directTokens(AccessTokens accessTokens, Directory directory) {
        return new DirectTokens(accessTokens, directory);
    }

    @Bean
    CodeTokens codeTokens(Directory directory, Grants grants, IdTokens idTokens, Clock clock) {
        return new CodeTokens(directory, grants, idTokens, new UserAccess(directory), clock);
    }

    @Bean
    RouterFunction<ServerResponse> oidcDocuments(
            Issuer issuer, SigningKeys keys, Grants grants, Directory directory, OidcErrors errors) {
        return new OidcDocuments(issuer, keys, grants, directory, new UserClaims(directory), errors).routes();
    }

    @Bean
    Clients clients(Directory directory) {
        return new Clients(directory);
    }

    @Bean
    OAuth2AuthorizationService authorizations() {
        return new InMemoryOAuth2AuthorizationService();
    }

    @Bean
    OAuth2AuthorizationConsentService consents() {
        return new SingleConsents();
    }

    @Bean
    AuthorizationServerSettings authorizationServerSettings() {
        return AuthorizationServerSettings.builder()
                .authorizationEndpoint("/oidc/auth")
                .tokenEndpoint("/oidc/token")
                .tokenIntrospectionEndpoint("/oidc/token/introspection")
                .tokenRevocationEndpoint("/oidc/token/revocation")
                .build();
    }

    /** Client secrets are not hashed, because they exist in memory only and are public. */
    @Bean
    PasswordEncoder secrets() {
        return new PlainSecrets();
    }

    @Bean
    FilterRegistrationBean<OpenCors> openCors() {
        FilterRegistrationBean<OpenCors> registration = new FilterRegistrationBean<>(new OpenCors());
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    @Bean
    @Order(1)
    SecurityFilterChain authorizationServer(
            HttpSecurity http,
            Directory directory,
            Grants grants,
            Issuer issuer,
            Clients clients,
            CodeTokens codeTokens,
            List<GrantHandler> grantHandlers,
            OidcErrors errors,
            Sessions sessions,
            Clock clock) {
        ClientErrors clientErrors = new ClientErrors(directory, errors);
        OAuth2AuthorizationServerConfigurer server = new OAuth2AuthorizationServerConfigurer();
        return http.securityMatcher(server.getEndpointsMatcher())
                .with(server, configurer -> {
                    configurer.tokenGenerator(codeTokens);
                    authorizationEndpoint(
                            configurer,
                            new AuthorizationEndpoint(directory, issuer, errors),
                            new CodeGenerator(directory, grants));
                    clientAuthentication(configurer, new PublicClients(clients), clientErrors);
                    tokenEndpoint(configurer, new GrantProvider(grantHandlers), grants, clientErrors);
                    inspection(configurer, new TokenInspection(grants, issuer, clock), clientErrors);
                })
                .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .csrf(AbstractHttpConfigurer::disable)
                .securityContext(context -> context.securityContextRepository(sessions))
                .exceptionHandling(exceptions -> exceptions
                        .defaultAuthenticationEntryPointFor(
                                signInPage(),
                                request -> request.getServletPath().equals("/oidc/auth"))
                        .defaultAuthenticationEntryPointFor(clientErrors::clientMissing, request -> true))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain openEndpoints(HttpSecurity http) {
        return http.securityMatcher("/oidc/**", "/api/**")
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.cacheControl(cache -> cache.disable()))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain interaction(HttpSecurity http, PasswordSignIn signIn, Sessions sessions) {
        return http.authenticationProvider(signIn.authenticator())
                .authorizeHttpRequests(requests -> requests.requestMatchers("/consent")
                        .authenticated()
                        .anyRequest()
                        .permitAll())
                .securityContext(context -> context.securityContextRepository(sessions))
                .formLogin(form -> form.loginPage("/sign-in")
                        .successHandler(signIn)
                        .failureHandler(signIn::onFailure)
                        .securityContextRepository(sessions)
                        .permitAll())
                .logout(AbstractHttpConfigurer::disable)
                .build();
    }

    private static void authorizationEndpoint(
            OAuth2AuthorizationServerConfigurer server, AuthorizationEndpoint endpoint, CodeGenerator codes) {
        server.authorizationEndpoint(authorization -> authorization
                .consentPage("/consent")
                .authorizationResponseHandler(endpoint::respond)
                .errorResponseHandler(endpoint::refuse)
                .authenticationProviders(providers -> providers.forEach(provider -> {
                    if (provider instanceof OAuth2AuthorizationCodeRequestAuthenticationProvider requests) {
                        requests.setAuthenticationValidator(endpoint::validate);
                        requests.setAuthorizationConsentRequired(endpoint::needsConsent);
                        requests.setAuthorizationCodeGenerator(codes);
                    } else if (provider instanceof OAuth2AuthorizationConsentAuthenticationProvider consents) {
                        consents.setAuthorizationCodeGenerator(codes);
                    }
                })));
    }

    private static void clientAuthentication(
            OAuth2AuthorizationServerConfigurer server, PublicClients publicClients, ClientErrors errors) {
        server.clientAuthentication(clients -> clients.authenticationConverters(converters -> {
                    converters.add(0, GrantRequest::refuseRepeatedCode);
                    converters.add(publicClients);
                })
                .authenticationProviders(providers -> providers.add(0, publicClients))
                .errorResponseHandler(errors::clientRefused));
    }

    private static void tokenEndpoint(
            OAuth2AuthorizationServerConfigurer server, GrantProvider provider, Grants grants, ClientErrors errors) {
        TokenEndpoint endpoint = new TokenEndpoint(provider, grants);
        server.tokenEndpoint(token -> token.accessTokenRequestConverters(converters -> {
                    converters.removeIf(
                            converter -> !(converter instanceof OAuth2AuthorizationCodeAuthenticationConverter));
                    converters.add(endpoint);
                })
                .authenticationProviders(providers -> providers.add(provider))
                .accessTokenResponseHandler(endpoint::respond)
                .errorResponseHandler(errors::requestRefused));
    }

    private static void inspection(
            OAuth2AuthorizationServerConfigurer server, TokenInspection inspection, ClientErrors errors) {
        server.tokenIntrospectionEndpoint(introspection -> introspection
                .authenticationProviders(providers -> replaceAll(providers, inspection))
                .introspectionResponseHandler(inspection::respond)
                .errorResponseHandler(errors::requestRefused));
        server.tokenRevocationEndpoint(revocation -> revocation
                .authenticationProviders(providers -> replaceAll(providers, inspection))
                .errorResponseHandler(errors::requestRefused));
    }

    /** Makes a provider the only one. If a provider refuses, the framework calls the next one, so there must be no other. */
    private static void replaceAll(List<AuthenticationProvider> providers, AuthenticationProvider only) {
        providers.clear();
        providers.add(only);
    }

    private static AuthenticationEntryPoint signInPage() {
        return (request, response, exception) -> {
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader(
                    HttpHeaders.LOCATION,
                    UriComponentsBuilder.fromPath("/sign-in")
                            .queryParam("app_id", "{id}")
                            .queryParam("login_hint", "{hint}")
                            .encode(StandardCharsets.UTF_8)
                            .buildAndExpand(
                                    String.valueOf(request.getParameter("client_id")),
                                    Objects.requireNonNullElse(request.getParameter("login_hint"), ""))
                            .toUriString());
        };
    }
}
