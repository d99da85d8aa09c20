package io.scopeguard.spring.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.web.client.RestClient;

/** The Java code of the documentation of clients, compiled and run. */
class ClientDocumentationTests {

    @Test
    void documentedBeansThenMakeAnApplication() {
        try (var context = new AnnotationConfigApplicationContext(Beans.class)) {
            assertThat(context.getBean(RestClient.class)).isNotNull();
            var request = context.getBean(OAuth2AuthorizationRequestResolver.class)
                    .resolve(new MockHttpServletRequest("GET", "/"), "logto");
            assertThat(request).isNotNull();
            assertThat(request.getAuthorizationRequestUri()).contains("prompt=consent", "scope=read:report");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        ScopeDriftClient scopeDriftClient(OAuth2AuthorizedClientManager manager, ApplicationEventPublisher events) {
            return ScopeDriftClient.builder(manager)
                    .origins("https://api.example.com")
                    .registration("logto")
                    .listener(events::publishEvent)
                    .build();
        }

        @Bean
        RestClient reports(ScopeDriftClient drift) {
            return RestClient.builder()
                    .requestFactory(new JdkClientHttpRequestFactory())
                    .baseUrl("https://api.example.com")
                    .requestInterceptor(new ScopeDriftInterceptor(drift))
                    .build();
        }

        @Bean
        OAuth2AuthorizationRequestResolver authorizationRequests(ClientRegistrationRepository registrations) {
            DefaultOAuth2AuthorizationRequestResolver resolver =
                    new DefaultOAuth2AuthorizationRequestResolver(registrations, "/oauth2/authorization");
            resolver.setAuthorizationRequestCustomizer(
                    request -> request.additionalParameters(parameters -> parameters.put("prompt", "consent")));
            return resolver;
        }

        @Bean
        OAuth2AuthorizedClientManager manager() {
            return mock();
        }

        @Bean
        ClientRegistrationRepository registrations() {
            return new InMemoryClientRegistrationRepository(ClientRegistration.withRegistrationId("logto")
                    .clientId("app")
                    .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    .redirectUri("https://app.example.test/callback")
                    .authorizationUri("https://id.example.test/auth")
                    .tokenUri("https://id.example.test/token")
                    .scope("read:report")
                    .build());
        }
    }
}
