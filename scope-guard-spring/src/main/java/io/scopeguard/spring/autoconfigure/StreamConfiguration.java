package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.response.ProblemResponseWriter;
import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.stream.StompSubscriptions;
import io.scopeguard.spring.stream.StreamGuard;
import io.scopeguard.spring.stream.WebSocketStreams;
import io.scopeguard.spring.stream.WebSocketUpgrade;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.support.InterceptableChannel;

/** Streams and sessions that end with the right to them. */
@Configuration(proxyBeanMethods = false)
final class StreamConfiguration {

    @Bean
    OpenStreams openStreams(
            ScopeGuard scopeGuardCore, GuardMetrics scopeGuardMetrics, ApplicationEventPublisher events) {
        OpenStreams streams = new OpenStreams(scopeGuardCore, scopeGuardMetrics::ended, events::publishEvent);
        scopeGuardMetrics.watch(streams);
        return streams;
    }

    @Bean
    StreamGuard streamGuard(
            OpenStreams openStreams,
            ScopeGuardProperties properties,
            ProblemResponseWriter problemResponseWriter,
            ObjectProvider<WebSocketUpgrade> webSockets) {
        return new StreamGuard(
                openStreams,
                new DriftSettings(properties).header(),
                problemResponseWriter,
                webSockets.getIfAvailable());
    }

    /** WebSocket sessions. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "org.springframework.web.socket.server.support.WebSocketHttpRequestHandler",
                "org.springframework.messaging.simp.stomp.StompEncoder"
            })
    static class WebSockets {

        @Bean
        WebSocketUpgrade webSocketStreams(
                OpenStreams openStreams, ScopeGuard scopeGuardCore, ScopeGuardProperties properties) {
            return new WebSocketStreams(openStreams, scopeGuardCore, new DriftSettings(properties).header());
        }

        /** Subscriptions of STOMP sessions, if the application has a broker. */
        @Bean
        SmartInitializingSingleton stompSubscriptions(
                @Qualifier("clientInboundChannel") ObjectProvider<InterceptableChannel> clients,
                @Qualifier("brokerChannel") ObjectProvider<InterceptableChannel> brokers) {
            return () -> {
                clients.ifAvailable(channel -> channel.addInterceptor(0, new StompSubscriptions()));
                brokers.ifAvailable(channel -> channel.addInterceptor(0, new StompSubscriptions.OfBroker()));
            };
        }
    }
}
