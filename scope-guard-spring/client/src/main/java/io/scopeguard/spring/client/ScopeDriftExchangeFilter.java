package io.scopeguard.spring.client;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Sends access tokens with a {@code WebClient} and acts on the hints in responses, instead of Spring Security's
 * {@code ServletOAuth2AuthorizedClientExchangeFilterFunction}. For servlet applications. Behaves like
 * {@link ScopeDriftInterceptor}. Loading tokens and waiting happen on Reactor's scheduler for blocking work. Thread-safe.
 *
 * @since 0.1
 */
public final class ScopeDriftExchangeFilter implements ExchangeFilterFunction {

    private final ScopeDriftClient client;

    public ScopeDriftExchangeFilter(ScopeDriftClient client) {
        this.client = client;
    }

    /**
     * The result fails with {@link ConsentRequiredException} if the user has to sign in again with consent, and with
     * {@code IllegalArgumentException} if tokens must not be sent to the origin of the request.
     */
    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.defer(() -> {
            ClientCall call = client.call(request.url(), request.attributes());
            return blocking(call, () -> client.tokens().current(call))
                    .flatMap(sent ->
                            sent.isEmpty() ? next.exchange(request) : exchange(call, sent.get(), request, next));
        });
    }

    private Mono<ClientResponse> exchange(
            ClientCall call, HeldToken sent, ClientRequest request, ExchangeFunction next) {
        boolean isRepeatable = ScopeDriftClient.isRepeatable(request.method(), request.attributes());
        return next.exchange(with(sent, request)).flatMap(PeekedExchange::of).flatMap(peeked -> {
            Ask ask = peeked.ask(sent);
            if (ask == null) {
                return Mono.just(peeked.response());
            }
            return peeked.isDenied() && ask.isActedOnAtOnce(isRepeatable)
                    ? obeyed(call, sent, ask, request, next, peeked)
                    : noted(call, sent, ask, peeked);
        });
    }

    private Mono<ClientResponse> obeyed(
            ClientCall call,
            HeldToken sent,
            Ask ask,
            ClientRequest request,
            ExchangeFunction next,
            PeekedExchange denied) {
        return blocking(call, () -> client.tokens().obey(call, sent, ask))
                .onErrorResume(failure -> denied.release().then(Mono.error(failure)))
                .flatMap(other -> other.isEmpty()
                        ? Mono.just(denied.response())
                        : denied.release().then(repeat(call, other.get(), request, next)));
    }

    private Mono<ClientResponse> repeat(
            ClientCall call, HeldToken other, ClientRequest request, ExchangeFunction next) {
        return next.exchange(with(other, request)).flatMap(PeekedExchange::of).flatMap(peeked -> {
            Ask ask = peeked.ask(other);
            return ask == null ? Mono.just(peeked.response()) : noted(call, other, ask, peeked);
        });
    }

    private Mono<ClientResponse> noted(ClientCall call, HeldToken sent, Ask ask, PeekedExchange peeked) {
        return Mono.fromSupplier(() -> {
            client.tokens().note(call, sent, ask);
            return peeked.response();
        });
    }

    private static ClientRequest with(HeldToken token, ClientRequest request) {
        return ClientRequest.from(request)
                .headers(headers -> headers.setBearerAuth(token.value()))
                .build();
    }

    private static <T> Mono<Optional<T>> blocking(ClientCall call, Supplier<Optional<T>> work) {
        return Mono.fromSupplier(() -> call.within(work)).subscribeOn(Schedulers.boundedElastic());
    }

    /** A response, with its problem body if it is a denial with such a body. */
    private record PeekedExchange(
            ClientResponse response, @Nullable ProblemBody problem) {

        static Mono<PeekedExchange> of(ClientResponse response) {
            if (!ProblemBody.isIn(response.statusCode(), response.headers().asHttpHeaders())) {
                return Mono.just(new PeekedExchange(response, null));
            }
            return response.bodyToMono(byte[].class)
                    .defaultIfEmpty(new byte[0])
                    .map(body -> new PeekedExchange(again(response, body), ProblemBody.parse(body)));
        }

        /** The same response with this body, which has been consumed. */
        private static ClientResponse again(ClientResponse response, byte[] body) {
            return ClientResponse.create(response.statusCode(), response.strategies())
                    .headers(headers -> headers.addAll(response.headers().asHttpHeaders()))
                    .cookies(cookies -> cookies.addAll(response.cookies()))
                    .request(response.request())
                    .body(Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body)))
                    .build();
        }

        @Nullable
        Ask ask(HeldToken sent) {
            return Ask.of(sent, response.headers().asHttpHeaders(), () -> problem);
        }

        boolean isDenied() {
            return ProblemBody.isDenied(response.statusCode());
        }

        Mono<Void> release() {
            return response.releaseBody();
        }
    }
}
