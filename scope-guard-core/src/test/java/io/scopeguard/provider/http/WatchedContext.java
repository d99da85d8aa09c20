package io.scopeguard.provider.http;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** A context that counts its uses. */
final class WatchedContext extends SSLContext {

    WatchedContext(SSLContext context, AtomicInteger uses) {
        super(new Spi(context, uses), context.getProvider(), context.getProtocol());
    }

    private static final class Spi extends SSLContextSpi {

        private final SSLContext context;
        private final AtomicInteger uses;

        Spi(SSLContext context, AtomicInteger uses) {
            this.context = context;
            this.uses = uses;
        }

        private SSLContext used() {
            uses.incrementAndGet();
            return context;
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return used().getDefaultSSLParameters();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return used().getSupportedSSLParameters();
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
            throw new IllegalStateException("The default context is initialized");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return used().getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return used().getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return used().createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return used().createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return used().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return used().getClientSessionContext();
        }
    }
}
